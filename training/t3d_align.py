"""The stage of T3D in which studies and reports come into one space, on towers that stay as they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from inference.networks.t3d import T3D
from training.fit import Losses, Run, Stage, fit, seed_of
from training.t3d_batches import part_of, reading_of
from training.t3d_cases import TrainCase
from training.t3d_readout import ReadOut, quiet, read_out, some_of
from training.t3d_recipe import Draw, T3DRecipe
from training.t3d_stages import read


class Heads(nn.Module):
    """What this stage changes; the names are those of the whole network."""

    def __init__(self, network: T3D) -> None:
        super().__init__()
        self.proj_i, self.proj_t = network.proj_i, network.proj_t
        self.temperature = network.temperature


def align(network: T3D, cases: Sequence[TrainCase], recipe: T3DRecipe, run: Run) -> None:
    """Whole studies beside whole reports."""
    network.eval().requires_grad_(False)
    heads = Heads(network).requires_grad_(True)

    @cache
    def known() -> ReadOut:  # a stage that is done asks for nothing
        return read_out(network, cases, recipe.seed)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, "alignment", step)))
        rows = some_of(len(cases), recipe.alignment.batch, rng)
        image = network.image_embedding(*known().drawn(rows, rng))
        told = Draw(silent=0.0, kept=0.85)
        reports = [part_of(cases[int(n)].spoken, told, rng) or cases[int(n)].spoken for n in rows]
        with torch.no_grad():
            report = read(network, reading_of(reports, network.config))
        logits = (image @ network.text_embedding(report).T) * network.temperature.exp().clamp(max=50)
        own = torch.arange(len(rows))
        return {"alignment": (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2}

    fit(Stage("alignment", heads, losses, recipe.alignment), quiet(run))
    network.eval().requires_grad_(False)
