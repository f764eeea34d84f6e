"""The working grid of T3D: along the patient's axes, coarse, and cut into overlapping sub-volumes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.imaging.resample import resample
from inference.imaging.volume import Volume

Grey = NDArray[np.float32]
Three = tuple[int, int, int]

BLOCK = 8  # voxels along each edge of a supervoxel; sub-volumes begin at multiples of it
AIR_HU = -1000.0
_BODY_HU = -350.0
_AXES = np.array([(0, 0, 1), (0, 1, 0), (1, 0, 0)], float).T  # to the head, the back, the left


def grey_of(hu: NDArray[Any], curve: Sequence[tuple[float, float]]) -> Grey:
    """Intensities along the curve; what lies outside keeps the value of its end."""
    knots, values = zip(*curve, strict=True)
    grey: Grey = np.interp(hu, knots, values).astype(np.float32)
    return grey


def patient_grid(volume: Volume, spacing_mm: Sequence[float]) -> tuple[Three, NDArray[np.float64]]:
    """Shape and affine of the grid along the patient's axes that holds a whole volume."""
    ends = np.array(list(product(*[(-0.5, n - 0.5) for n in volume.shape])))
    corners = volume.to_lps_mm(ends) @ _AXES
    low, high = corners.min(0), corners.max(0)
    counts = np.maximum(1, np.round((high - low) / spacing_mm)).astype(int).tolist()
    affine = np.eye(4)
    affine[:3, :3] = _AXES * np.asarray(spacing_mm, float)
    affine[:3, 3] = _AXES @ (low + np.asarray(spacing_mm) / 2)
    return (counts[0], counts[1], counts[2]), affine


def thinned(volume: Volume, spacing_mm: Sequence[float]) -> Volume:
    """Means over blocks where voxels are at least twice as fine as wanted, so that nothing aliases."""
    along = np.abs(_AXES.T @ volume.directions_lps).argmax(0)  # which working axis each index axis follows
    wanted = np.asarray(spacing_mm, float)[along]
    steps = [max(1, int(w / s + 0.1)) for w, s in zip(wanted, volume.spacing_mm, strict=True)]
    steps = [min(step, n) for step, n in zip(steps, volume.shape, strict=True)]
    if steps == [1, 1, 1]:
        return volume
    kept = [n // step for n, step in zip(volume.shape, steps, strict=True)]
    cut = volume.voxels[tuple(slice(0, k * s) for k, s in zip(kept, steps, strict=True))]
    shape = [n for k, s in zip(kept, steps, strict=True) for n in (k, s)]
    means = cut.reshape(shape).mean(axis=(1, 3, 5), dtype=np.float32)
    affine = volume.affine_lps.copy()
    affine[:3, :3] = affine[:3, :3] * steps
    affine[:3, 3] = volume.to_lps_mm((np.array(steps) - 1) / 2)
    return replace(volume, voxels=means, affine_lps=affine, padding=None)


def on_grid(volume: Volume, spacing_mm: Sequence[float]) -> Volume:
    """A volume on the working grid, cut to the patient's body."""
    thin = thinned(volume, spacing_mm)
    shape, affine = patient_grid(thin, spacing_mm)
    whole = resample(thin, shape, affine, outside=AIR_HU)
    return cut(whole, body_box(whole.voxels))


def body_box(hu: NDArray[Any]) -> tuple[slice, slice, slice]:
    """The largest thing that is not air, with a rim; along the slices everything is kept."""
    pieces, count = ndimage.label(ndimage.binary_opening(hu > _BODY_HU, iterations=1))
    if not count:
        return slice(0, hu.shape[0]), slice(0, hu.shape[1]), slice(0, hu.shape[2])
    largest = 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    _, rows, columns = ndimage.find_objects((pieces == largest).astype(np.uint8))[0]
    return slice(0, hu.shape[0]), _rimmed(rows, hu.shape[1]), _rimmed(columns, hu.shape[2])


def _rimmed(inside: slice, size: int) -> slice:
    return slice(max(0, inside.start - 2), min(size, inside.stop + 2))


def cut(volume: Volume, box: tuple[slice, slice, slice]) -> Volume:
    """A part of a volume, in its place."""
    affine = volume.affine_lps.copy()
    affine[:3, 3] = volume.to_lps_mm(np.array([part.start for part in box]))
    return replace(volume, voxels=volume.voxels[box], affine_lps=affine)


@dataclass(frozen=True)
class Tiling:
    """Where the sub-volumes begin on the working grid, and what size they have."""

    shape: Three
    crop: Three
    starts: tuple[Three, ...]

    def crops(self, grid: NDArray[Any], outside: float) -> NDArray[Any]:
        """(n, *crop): the sub-volumes, beyond the grid filled with `outside`."""
        return np.stack([self.crop_at(grid, start, outside) for start in self.starts])

    def crop_at(self, grid: NDArray[Any], start: Three, outside: float) -> NDArray[Any]:
        """One sub-volume."""
        made = np.full(self.crop, outside, grid.dtype)
        part = grid[tuple(slice(s, s + c) for s, c in zip(start, self.crop, strict=True))]
        made[tuple(slice(0, n) for n in part.shape)] = part
        return made


def tiling_of(shape: Three, crop: Three, overlap: float = 0.25) -> Tiling:
    """Sub-volumes that cover a grid, each overlapping the next by about `overlap` of its length."""
    axes = [_starts(size, length, overlap) for size, length in zip(shape, crop, strict=True)]
    return Tiling(shape, crop, tuple((k, j, i) for k, j, i in product(*axes)))


def _starts(size: int, length: int, overlap: float) -> list[int]:
    """Multiples of a block; the last sub-volume ends at or beyond the end."""
    last = max(0, -(-(size - length) // BLOCK) * BLOCK)
    step = max(BLOCK, round(length * (1 - overlap)) // BLOCK * BLOCK)
    count = -(-last // step) + 1
    return sorted({round(last * n / max(1, count - 1) / BLOCK) * BLOCK for n in range(count)})


def gaussian(crop: Three, spread: float = 0.2) -> Grey:
    """How much each voxel of a sub-volume counts where several overlap: its middle most."""
    weight = np.ones(crop, np.float32)
    for axis, n in enumerate(crop):
        away = (np.arange(n) - (n - 1) / 2) / (spread * n)
        bell = np.exp(-0.5 * away**2).astype(np.float32)
        weight = weight * bell.reshape([-1 if axis == a else 1 for a in range(3)])
    bounded: Grey = np.maximum(weight / weight.max(), 1e-3).astype(np.float32)
    return bounded


def lattice_numbers(tiling: Tiling) -> NDArray[np.int64]:
    """(n, slices, rows, columns) which supervoxel of the grid is where in each sub-volume; -1 beyond it."""
    size, edges, *starts = (_in_blocks(sizes) for sizes in (tiling.shape, tiling.crop, *tiling.starts))
    numbers = np.arange(np.prod(size)).reshape(size)
    return np.asarray(Tiling(size, edges, tuple(starts)).crops(numbers, -1), np.int64)


def _in_blocks(sizes: Three) -> Three:
    slices, rows, columns = (-(-n // BLOCK) for n in sizes)
    return slices, rows, columns
