"""T3D over overlapping sub-volumes: masks joined by Gaussian weights, and what restoration misses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.imaging.volume import Volume
from inference.models.t3d_grid import BLOCK, Tiling, gaussian
from inference.networks.t3d import T3D
from inference.place import Place
from inference.progress import Report, silent

PAIR = 2  # sub-volumes at once: torch convolves a single one of them the slow way on a processor
HIDDEN_BLOCKS = 2  # supervoxels along each edge of what is hidden at once


def sliding_masks(network: T3D, windows: Tensor, tiling: Tiling, report: Report = silent) -> Tensor:
    """(n, 1, *crop) sub-volumes -> (classes, *shape) logits of the whole grid."""
    weight = torch.from_numpy(gaussian(tiling.crop))
    device = next(network.parameters()).device
    total = torch.zeros(network.config.classes, *tiling.shape)
    sums = torch.zeros(tiling.shape)
    for n in range(0, len(tiling.starts), PAIR):
        report(n / len(tiling.starts), f"masks, part {n + 1} of {len(tiling.starts)}")
        pair = network.masks(windows[n : n + PAIR].to(device)).float().cpu()
        for logits, start in zip(pair, tiling.starts[n : n + PAIR], strict=True):
            _add(total, logits * weight, start)
            _add(sums, weight, start)
    return total / sums


def restoration_errors(
    network: T3D, windows: Tensor, tiling: Tiling, report: Report = silent
) -> NDArray[np.float32]:
    """(lattice) mean distance of each supervoxel from what is restored in its place when it is hidden.

    Half of all cubes of two supervoxels are hidden at a time, like a chessboard, then the other half.
    """
    device = next(network.parameters()).device
    weight = torch.from_numpy(gaussian(tiling.crop))
    total, sums = torch.zeros(tiling.shape), torch.zeros(tiling.shape)
    noise = (
        torch.randn(tiling.crop, generator=torch.Generator().manual_seed(0)).mul(0.15).add(0.5).clamp(0, 1)
    )
    board = _chessboard(tiling.crop)
    boards = torch.stack((board, ~board))[:, None]
    for n, start in enumerate(tiling.starts):
        report(n / len(tiling.starts), f"restoring, part {n + 1} of {len(tiling.starts)}")
        window = windows[n : n + 1]
        restored = network.restored(torch.where(boards, noise, window).to(device)).float().cpu()
        away = torch.where(boards, (restored - window).abs(), 0.0).sum(0)[0]  # each board tells of its own
        _add(total, away * weight, start)
        _add(sums, weight, start)
    return _block_means((total / sums).numpy())


def lattice_place(tiling: Tiling, working: Volume, like: Place) -> Place:
    """All supervoxels of the working grid as elements in the patient."""
    k, j, i = (-(-n // BLOCK) for n in tiling.shape)
    affine = working.affine_lps.copy()
    affine[:3, 3] = working.to_lps_mm(np.full(3, (BLOCK - 1) / 2))
    affine[:3, :3] *= BLOCK
    index = np.array(list(np.ndindex(k, j, i)), np.int64)
    return replace(like, shape=(k, j, i), index=index, affine_lps=affine)


def _add(total: Tensor, piece: Tensor, start: tuple[int, int, int]) -> None:
    """Add a sub-volume where it lies; what reaches beyond the grid is left out."""
    k, j, i = (slice(s, s + c) for s, c in zip(start, piece.shape[-3:], strict=True))
    part = total[..., k, j, i]
    slices, rows, columns = part.shape[-3:]
    part += piece[..., :slices, :rows, :columns]


def _chessboard(crop: tuple[int, int, int]) -> Tensor:
    edge = BLOCK * HIDDEN_BLOCKS
    k, j, i = torch.meshgrid(*[torch.arange(n) // edge for n in crop], indexing="ij")
    return (k + j + i) % 2 == 0


def _block_means(errors: NDArray[np.float32]) -> NDArray[np.float32]:
    size = [-(-n // BLOCK) for n in errors.shape]
    missing = [(0, s * BLOCK - n) for s, n in zip(size, errors.shape, strict=True)]
    whole = np.pad(errors, missing, constant_values=np.nan)
    blocks = whole.reshape(size[0], BLOCK, size[1], BLOCK, size[2], BLOCK)
    means: NDArray[np.float32] = np.nanmean(blocks, axis=(1, 3, 5)).astype(np.float32)
    return means
