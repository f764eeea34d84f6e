"""From which logit on T3D draws a small thing: where its masks overlap best on patients that are new to it.

Small things are learnt on boxes in which they are far more frequent than in a patient.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.models.t3d_grid import grey_of, tiling_of
from inference.models.t3d_tiles import PAIR
from inference.networks.t3d import T3D
from training.fit import LOG
from training.t3d_batches import cut_out
from training.t3d_cases import TrainCase

CUTS = np.arange(-1.0, 6.01, 0.25)


def settle_cuts(network: T3D, cases: Sequence[TrainCase]) -> None:
    """Set the cut of each small thing."""
    if network.focal is None:
        return
    LOG.info("settling on %d patients what is drawn", len(cases))
    overlaps = overlaps_of(network, cases)
    best = torch.from_numpy(CUTS[overlaps.argmax(0)]).float()
    network.cut.copy_(torch.where(torch.from_numpy(overlaps.max(0) > 0), best, 0.0))
    LOG.info("drawn from %s on: Dice %s", network.cut.tolist(), overlaps.max(0).round(2).tolist())


def overlaps_of(network: T3D, cases: Sequence[TrainCase]) -> NDArray[np.float64]:
    """(cuts, small things) Dice over all voxels of all patients; nothing of what no patient has."""
    both, made, true = (np.zeros((len(CUTS), len(network.config.focal_findings))) for _ in range(3))
    for case in cases:
        for margins, truth in _parts(network, case):
            for n, cut in enumerate(CUTS):
                drawn = margins > cut
                both[n] += _count(drawn & truth)
                made[n] += _count(drawn)
                true[n] += _count(truth)
    return np.where(true > 0, 2 * both / np.maximum(made + true, 1), 0.0)


def _parts(network: T3D, case: TrainCase) -> list[tuple[Tensor, Tensor]]:
    """(b, n, *crop) by how much each small thing outdoes the likeliest class, and where it is."""
    c = network.config
    tiling = tiling_of(case.hu.shape, c.crop)
    windows = torch.from_numpy(tiling.crops(grey_of(case.hu, c.curve), 0.0))[:, None]
    found = []
    for n in range(0, len(windows), PAIR):
        with torch.no_grad():
            logits, focal = network.outlined(windows[n : n + PAIR])
        assert focal is not None
        logits[:, c.focal] = -torch.inf
        rest = logits.log_softmax(1).amax(1, keepdim=True)
        truth = [_truth(case, start, network) for start in tiling.starts[n : n + PAIR]]
        found.append((focal - rest, torch.from_numpy(np.stack(truth))))
    return found


def _truth(case: TrainCase, start: tuple[int, int, int], network: T3D) -> NDArray[np.bool_]:
    c = network.config
    marks = cut_out(case.marks, start, c.crop, outside=0).astype(np.uint16)
    return np.stack([((marks >> bit) & 1).astype(bool) for bit in c.focal_findings])


def _count(voxels: Tensor) -> NDArray[np.float64]:
    counts: NDArray[np.float64] = voxels.sum((0, 2, 3, 4)).double().numpy()
    return counts
