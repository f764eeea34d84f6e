"""The last stage of T3D: studies and reports into one space, and findings of whole studies.

What the visual tower reads out of every sub-volume is computed once; the tower itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from inference.models.t3d import pooled_findings
from inference.models.t3d_grid import AIR_HU, BLOCK, grey_of, tiling_of
from inference.networks.t3d import T3D
from training.fit import LOG, Losses, Run, Stage, fit, seed_of
from training.t3d_batches import part_of, reading_of, varied_grey
from training.t3d_cases import TrainCase
from training.t3d_recipe import Draw, T3DRecipe
from training.t3d_stages import read

VIEWS = 1  # times that each patient is read out; further ones on another raster and in another brightness
_CHUNK = 4


@dataclass(frozen=True, eq=False)
class ReadOut:
    """(patients, views, units, encoding) of all sub-volumes, which are there, and the findings."""

    encodings: Tensor
    present: Tensor
    findings: Tensor


class Heads(nn.Module):
    """What this stage changes; the names are those of the whole network."""

    def __init__(self, network: T3D) -> None:
        super().__init__()
        self.proj_i, self.proj_t = network.proj_i, network.proj_t
        self.findings, self.temperature = network.findings, network.temperature


def align(
    network: T3D, taught: Sequence[TrainCase], fresh: Sequence[TrainCase], recipe: T3DRecipe, run: Run
) -> None:
    """Whole studies beside whole reports, and the findings of a study, from the last checkpoint on.

    Findings are learnt on `fresh` patients alone: on the others marks are surer than they will ever be.
    """
    cases = [*taught, *fresh]
    network.eval().requires_grad_(False)
    heads = Heads(network).requires_grad_(True)

    @cache
    def known() -> ReadOut:  # a stage that is done asks for nothing
        return read_out(network, cases, recipe.seed)

    def losses(step: int) -> Losses:
        rng = np.random.default_rng((recipe.seed, seed_of(recipe.seed, "alignment", step)))
        rows = torch.from_numpy(
            rng.choice(len(cases), min(recipe.alignment.batch, len(cases)), replace=False)
        )
        view, out = int(rng.integers(VIEWS)), known()
        encodings, present = out.encodings[rows, view], out.present[rows, view]
        encodings = encodings + 0.05 * torch.randn_like(encodings)
        told = Draw(silent=0.0, kept=0.85)
        reports = [part_of(cases[int(n)].spoken, told, rng) or cases[int(n)].spoken for n in rows]
        with torch.no_grad():
            report = read(network, reading_of(reports, network.config))
        image = network.image_embedding(encodings, present)
        logits = (image @ network.text_embedding(report).T) * network.temperature.exp().clamp(max=50)
        own = torch.arange(len(rows))
        both = (cross_entropy(logits, own) + cross_entropy(logits.T, own)) / 2
        found = pooled_findings(network, encodings, present)
        surprise = binary_cross_entropy_with_logits(found, out.findings[rows], reduction="none").mean(1)
        new = (rows >= len(taught)).float()
        return {"alignment": both, "findings": (surprise * new).sum() / new.sum().clamp(min=1)}

    quiet = Run(run.folder, run.seed, run.save_every, run.log_every * 5)
    fit(Stage("alignment", heads, losses, recipe.alignment), quiet)
    network.eval().requires_grad_(False)


def read_out(network: T3D, cases: Sequence[TrainCase], seed: int) -> ReadOut:
    """Everything that the visual tower says about the training patients."""
    LOG.info("reading out %d patients", len(cases))
    rng = np.random.default_rng((seed, 11))
    rows = [[_encoded(network, case, rng, shift=view > 0) for view in range(VIEWS)] for case in cases]
    most = max(len(piece) for row in rows for piece in row)
    encodings = torch.zeros(len(cases), VIEWS, most, network.config.encoding)
    present = torch.zeros(len(cases), VIEWS, most, dtype=torch.bool)
    for n, row in enumerate(rows):
        for view, piece in enumerate(row):
            encodings[n, view, : len(piece)] = piece
            present[n, view, : len(piece)] = True
    findings = torch.from_numpy(np.stack([case.findings for case in cases])).float()
    return ReadOut(encodings, present, findings)


def _encoded(network: T3D, case: TrainCase, rng: np.random.Generator, *, shift: bool) -> Tensor:
    """(units, encoding), on a raster that begins a little before the patient."""
    hu = case.hu
    if shift:
        before = rng.integers(1, BLOCK, 3)
        hu = np.pad(hu, [(int(n), 0) for n in before], constant_values=int(AIR_HU))
    tiling = tiling_of(hu.shape, network.config.crop)
    grey = varied_grey(grey_of(hu, network.config.curve), rng) if shift else grey_of(hu, network.config.curve)
    windows = torch.from_numpy(tiling.crops(grey, 0.0))[:, None]
    with torch.no_grad():
        pieces = [network.encoded(windows[n : n + _CHUNK]) for n in range(0, len(windows), _CHUNK)]
    return torch.cat(pieces)
