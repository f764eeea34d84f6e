"""What the contrast of T3D rests on: sub-volumes of one patient found by picture, by report, or by both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from inference.networks.t3d import T3D
from training.evaluate import Interval
from training.t3d_batches import Pairs, Reading, drawn_pairs
from training.t3d_cases import TrainCase
from training.t3d_recipe import T3DRecipe
from training.t3d_stages import read
from training.ventricle_measures import mean_interval

PATIENTS = 48
_CHUNK = 8


@dataclass(frozen=True)
class Partners:
    """How often the nearest other sub-volume is of the same patient.

    Both sub-volumes of a patient are told other sentences of one report, so that words alone may give them
    away: `report` says how far, on an empty picture; `picture` is without a word.
    """

    both: Interval
    picture: Interval
    report: Interval
    chance: float

    def __str__(self) -> str:
        return (
            f"picture and report {self.both}, picture alone {self.picture}, report alone {self.report}; "
            f"chance {self.chance:.3f}"
        )


def partners(network: T3D, cases: Sequence[TrainCase], recipe: T3DRecipe) -> Partners:
    """Two sub-volumes of each of the first patients."""
    some = cases[:PATIENTS]
    draw = replace(recipe.draw, patients=len(some), silent=0.0)
    pairs = drawn_pairs(some, network.config, draw, np.random.default_rng((recipe.seed, 91)))
    unread = replace(pairs.reading, given=torch.zeros_like(pairs.reading.given))
    empty = torch.zeros_like(pairs.grey)
    return Partners(
        both=_found(network, pairs.grey, pairs.reading, recipe.seed),
        picture=_found(network, pairs.grey, unread, recipe.seed),
        report=_found(network, empty, pairs.reading, recipe.seed),
        chance=chance_of(pairs),
    )


def chance_of(pairs: Pairs) -> float:
    """One of all others is right."""
    return 1 / (len(pairs.grey) - 1)


def hits(z: Tensor) -> list[float]:
    """(2 n, embedding), two rows of each patient in turn -> 1 where the nearest other is the partner."""
    cosines = (z @ z.T).fill_diagonal_(-torch.inf)
    return (cosines.argmax(1) == torch.arange(len(z)) ^ 1).double().tolist()


def _found(network: T3D, grey: Tensor, reading: Reading, seed: int) -> Interval:
    rows = [slice(n, n + _CHUNK) for n in range(0, len(grey), _CHUNK)]
    with torch.inference_mode():
        z = torch.cat([
            network.looked(network.pyramid(grey[r]), read(network, _part(reading, r))) for r in rows
        ])  # fmt: skip
    return mean_interval(hits(z), seed)


def _part(reading: Reading, rows: slice) -> Reading:
    return Reading(reading.ids[rows], reading.topics[rows], reading.given[rows])
