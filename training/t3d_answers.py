"""The last stage of T3D: findings of whole studies, from what is read out of their sub-volumes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from torch.nn.functional import binary_cross_entropy_with_logits

from inference.models.t3d import pooled_findings
from inference.networks.t3d import T3D
from training.fit import Losses, Run, Stage, fit, seed_of
from training.t3d_cases import TrainCase
from training.t3d_readout import ReadOut, quiet, read_out, some_of
from training.t3d_recipe import T3DRecipe


def train_answers(network: T3D, fresh: Sequence[TrainCase], recipe: T3DRecipe, run: Run) -> None:
    """What a study holds, learnt on patients that are new to the towers: of others these are surer."""
    network.eval().requires_grad_(False)
    network.findings.requires_grad_(True)

    @cache
    def known() -> ReadOut:  # a stage that is done asks for nothing
        return read_out(network, fresh, recipe.seed)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, "answers", step)))
        rows = some_of(len(fresh), recipe.answers.batch, rng)
        found = pooled_findings(network, *known().drawn(rows, rng))
        return {"findings": binary_cross_entropy_with_logits(found, known().findings[rows])}

    fit(Stage("answers", network.findings, losses, recipe.answers), quiet(run))
    network.eval().requires_grad_(False)
