"""A CT of any size onto the working grid and back, slab by slab: never all of it at full size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import grid_sample

from inference.errors import NotApplicableError
from inference.imaging.placement import affine_of
from inference.imaging.stack import read_stack
from inference.imaging.study import DisplaySet
from inference.imaging.volume import Volume
from inference.models.t3d_grid import AIR_HU, thinned
from inference.progress import Report, share, silent

SLAB = 24  # slices read at a time
MOST_LABELS = 96_000_000  # voxels of masks; beyond, rows and columns are halved
_HINT = "Choose a series of plain CT numbers, or leave out the slices that are damaged."
Three = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Original:
    """The grid that a CT was reconstructed on."""

    shape: Three
    affine_lps: NDArray[np.float64]


def original_of(display_set: DisplaySet) -> Original:
    """From headers alone."""
    slices, rows, columns = display_set.shape
    return Original((slices, rows, columns), affine_of(display_set))


def read_thinned(
    display_set: DisplaySet, spacing_mm: Sequence[float], report: Report = silent
) -> tuple[Volume, tuple[str, ...]]:
    """The volume averaged down towards `spacing_mm`, and what was wrong with its files."""
    original = original_of(display_set)
    pieces: list[Volume] = []
    notes: list[str] = []
    slabs = list(_slabs(original, spacing_mm))
    for n, pictures in enumerate(slabs):
        stack = read_stack(display_set, pictures, share(report, n / len(slabs), (n + 1) / len(slabs)))
        hu = _checked(stack.pixels, stack.unit, stack.padding)
        affine = original.affine_lps.copy()
        affine[:3, 3] += affine[:3, 0] * pictures[0]
        pieces.append(thinned(Volume(hu, affine, "HU"), spacing_mm))
        notes += stack.warnings
    joined = np.concatenate([piece.voxels for piece in pieces])
    return Volume(joined, pieces[0].affine_lps, "HU"), tuple(dict.fromkeys(notes))


def _slabs(original: Original, spacing_mm: Sequence[float]) -> Iterator[range]:
    """Stretches of slices, each a whole number of the blocks that are averaged."""
    probe = Volume(np.zeros((SLAB, 2, 2), np.int8), original.affine_lps)
    step = max(1, SLAB // max(1, thinned(probe, spacing_mm).shape[0]))
    length = max(step, SLAB // step * step)
    whole = max(step, original.shape[0] // step * step)  # a last part that fills no block is left out
    for first in range(0, whole, length):
        yield range(first, min(first + length, whole, original.shape[0]))


def _checked(
    pixels: NDArray[np.generic], unit: str, padding: float | None
) -> NDArray[np.float32] | NDArray[np.int16]:
    """HU with what lies outside the scanned field as air; NotApplicableError where they are no HU."""
    if pixels.ndim > 3:
        raise NotApplicableError("not eligible: its pictures are in colour.", hint=_HINT)
    if unit != "HU":
        raise NotApplicableError(
            f"not eligible: its values are in {unit or 'no known unit'}, not HU.", hint=_HINT
        )
    if np.issubdtype(pixels.dtype, np.floating) and not np.isfinite(pixels).all():
        raise NotApplicableError("not eligible: it holds values that are no numbers.", hint=_HINT)
    hu = pixels.astype(np.float32) if pixels.dtype.itemsize > 2 else pixels.astype(np.int16)
    if padding is not None:
        hu[hu == padding] = int(AIR_HU)
    np.maximum(hu, int(AIR_HU), out=hu)
    return hu


def labels_on(logits: Tensor, working: Volume, original: Original, report: Report = silent) -> Volume:
    """(classes, k, j, i) on the working grid -> the strongest class at each voxel of the original grid.

    Between the working voxels the logits are interpolated; what lies outside their grid is background.
    """
    grid = _halved(original)
    to_working = np.linalg.inv(working.affine_lps) @ grid.affine_lps
    labels = np.zeros(grid.shape, np.uint8)
    shape = np.array(working.shape)
    rows, columns = np.mgrid[: grid.shape[1], : grid.shape[2]]
    plane = np.stack([np.zeros_like(rows), rows, columns], -1) @ to_working[:3, :3].T  # (rows, columns, 3)
    for k in range(grid.shape[0]):
        report(k / grid.shape[0], f"slice {k + 1} of {grid.shape[0]}")
        index = plane + to_working[:3, 0] * k + to_working[:3, 3]
        where = torch.from_numpy((2 * index + 1) / shape - 1).float()[None, None].flip(-1)
        found = grid_sample(logits[None].float(), where, padding_mode="border", align_corners=False)
        inside = ((index >= -0.5) & (index <= shape - 0.5)).all(-1)
        labels[k] = np.where(inside, found[0, :, 0].argmax(0).numpy(), 0)
    return Volume(labels, grid.affine_lps)


def _halved(original: Original) -> Original:
    """The original grid, with rows and columns halved until its masks fit into memory."""
    shape, affine = list(original.shape), original.affine_lps.copy()
    while np.prod(shape) > MOST_LABELS and min(shape[1:]) > 64:
        affine[:3, 3] += (affine[:3, 1] + affine[:3, 2]) / 2
        affine[:3, 1:3] *= 2
        shape[1:] = [n // 2 for n in shape[1:]]
    return Original((shape[0], shape[1], shape[2]), affine)
