"""Stages of T3D in which the towers stay as they are: restoration, and where findings lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from inference.networks.t3d import T3D
from inference.networks.t3d_marks import strongest_few
from training.fit import Losses, Run, Stage, fit, seed_of
from training.t3d_batches import Pairs, Restoring, drawn_pairs, drawn_restoring
from training.t3d_cases import TrainCase
from training.t3d_recipe import T3DRecipe
from training.t3d_stages import findings_loss, marks_loss, read, restored_loss


class RestoringHeads(nn.Module):
    """What learns in "restoring"; the names are those of the whole network."""

    def __init__(self, network: T3D) -> None:
        super().__init__()
        self.restore, self.restorer = network.restore, network.restorer


class MarkingHeads(nn.Module):
    """What learns in "marking"; the names are those of the whole network."""

    def __init__(self, network: T3D) -> None:
        super().__init__()
        self.marks, self.findings = network.marks, network.findings


def train_restoring(network: T3D, cases: Sequence[TrainCase], recipe: T3DRecipe, run: Run) -> None:
    """What was hidden, from the surroundings and the report, on what the towers make of both."""
    network.eval().requires_grad_(False)
    heads = RestoringHeads(network).requires_grad_(True)
    draw = replace(recipe.draw, restored=recipe.restoring.batch)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, "restoring", step)))
        drawn = drawn_restoring(cases, network.config, draw, recipe.hiding, rng)
        return {"restore": restored_loss(_restored(network, drawn), drawn)}

    fit(Stage("restoring", heads, losses, recipe.restoring), run)
    network.eval().requires_grad_(False)


def train_marking(network: T3D, cases: Sequence[TrainCase], recipe: T3DRecipe, run: Run) -> None:
    """Where findings lie, and what a sub-volume holds."""
    network.eval().requires_grad_(False)
    heads = MarkingHeads(network).requires_grad_(True)
    draw = replace(recipe.draw, patients=recipe.marking.batch, sought=recipe.sought)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, "marking", step)))
        return marking_losses(network, drawn_pairs(cases, network.config, draw, rng))

    fit(Stage("marking", heads, losses, recipe.marking), run)
    network.eval().requires_grad_(False)


def marking_losses(network: T3D, pairs: Pairs) -> dict[str, Tensor]:
    """Where findings lie, whether the strongest places say so, and the answer."""
    with torch.no_grad():
        halfway = network.halfway(network.pyramid(pairs.grey), network.unread(len(pairs.grey)))
        outlines = network.outlines(halfway)
    marks = network.marks(pairs.grey, halfway, outlines)
    known = torch.isfinite(pairs.shows)
    return {
        "marks": marks_loss(marks, pairs.marks),
        "strongest": binary_cross_entropy_with_logits(strongest_few(marks)[known], pairs.shows[known]),
        "findings": findings_loss(network.findings(network.told(marks, outlines)), pairs.shows),
    }


def _restored(network: T3D, r: Restoring) -> Tensor:
    with torch.no_grad():
        report = read(network, r.reading)
        pyramid = network.pyramid(r.corrupted)
        places = network.interactor(pyramid, report)
        fine = network.finest(r.corrupted, network.halfway_from(pyramid, places))
    return network.restored_from(fine, places, report)
