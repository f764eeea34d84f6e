"""What T3D's towers say of every sub-volume of a patient, computed once for stages that leave them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from inference.models.t3d_grid import AIR_HU, BLOCK, grey_of, tiling_of
from inference.networks.t3d import T3D
from training.fit import LOG, Run
from training.t3d_batches import varied_grey
from training.t3d_cases import TrainCase

VIEWS = 1  # times that each patient is read out; further ones on another raster and in another brightness
_CHUNK = 4
_BLUR = 0.05


@dataclass(frozen=True, eq=False)
class ReadOut:
    """(patients, views, units, encoding + small) of all sub-volumes, which are there, and the findings."""

    encodings: Tensor
    present: Tensor
    findings: Tensor

    def drawn(self, rows: Tensor, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """One view of some patients, a little blurred: encodings, and which are there."""
        view = int(rng.integers(VIEWS))
        encodings = self.encodings[rows, view]
        return encodings + _BLUR * torch.randn_like(encodings), self.present[rows, view]


def some_of(count: int, most: int, rng: np.random.Generator) -> Tensor:
    """Numbers of patients by chance, each once."""
    return torch.from_numpy(rng.choice(count, min(most, count), replace=False))


def quiet(run: Run) -> Run:
    """Steps on what was read out are quick: fewer lines about them."""
    return Run(run.folder, run.seed, run.save_every, run.log_every * 5)


def read_out(network: T3D, cases: Sequence[TrainCase], seed: int) -> ReadOut:
    """Everything that the visual tower says about the training patients."""
    LOG.info("reading out %d patients", len(cases))
    rng = np.random.default_rng((seed, 11))
    rows = [[_encoded(network, case, rng, shift=view > 0) for view in range(VIEWS)] for case in cases]
    most = max(len(piece) for row in rows for piece in row)
    encodings = torch.zeros(len(cases), VIEWS, most, network.config.readout)
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
