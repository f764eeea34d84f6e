"""Leaving one view (series) out: by how much the answer falls when it is not there and all others are."""

from __future__ import annotations

from dataclasses import replace

import torch

from explain.attribution import Attribution
from explain.encodings import Encoder, EncodingCache
from inference.model import Inputs, UnitModel


def with_left_out(
    model: UnitModel, inputs: Inputs, made: Attribution, cache: EncodingCache | None = None
) -> Attribution:
    """The same attribution with what leaving each unit out does to the output; a lone unit is never left out.

    Units are encoded once, whatever the target: only the small network that joins them is asked again.
    """
    if len(made.units) < 2:
        return made
    encoder = Encoder(model, inputs, cache)
    whole = encoder.whole()
    present = ~torch.eye(len(whole), dtype=torch.bool, device=whole.device)
    without = encoder.scores(whole.expand(len(whole), -1, -1), made.target.name, present)
    falls = [made.score - float(score) for score in without]
    units = tuple(replace(u, left_out=fall) for u, fall in zip(made.units, falls, strict=True))
    return replace(made, units=units)
