"""Scores on a model's grid, seen in the plane of a picture: by position in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.viewer.picture_plane import PicturePlane

_FINEST = 512  # samples along one edge of a picture

Grid = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Raster:
    """Scores sampled over a whole picture, `finer` (rows, columns) times as fine as its pixels."""

    values: Grid  # (rows, columns), NaN where the model saw nothing
    finer: tuple[int, int]


def sample(
    grid: NDArray[Any], affine_lps: NDArray[np.float64], plane: PicturePlane, *, smooth: bool = False,
    finer: tuple[int, int] | None = None,
) -> Raster:  # fmt: skip
    """`grid` (k, j, i), placed by `affine_lps`, in the plane of a picture.

    finer  samples per pixel, down and across; None for as many as show the edges of an element
    """
    finer = finer or finer_of(affine_lps, plane)
    rows, columns = plane.shape[0] * finer[0], plane.shape[1] * finer[1]
    to_grid = np.linalg.inv(affine_lps)
    down = to_grid[:3, :3] @ plane.down_lps_mm / finer[0]
    across = to_grid[:3, :3] @ plane.across_lps_mm / finer[1]
    corner = plane.to_lps_mm((0.5 / np.array(finer)) - 0.5)  # centre of the first sample
    start = to_grid[:3, :3] @ corner + to_grid[:3, 3]
    if smooth:
        return Raster(_interpolated(grid, start, down, across, (rows, columns)), finer)
    return Raster(_nearest(grid, start, down, across, (rows, columns)), finer)


def finer_of(affine_lps: NDArray[np.float64], plane: PicturePlane) -> tuple[int, int]:
    """Fine enough to draw the edges of an element to an eighth of its size."""
    wanted = float(np.linalg.norm(affine_lps[:3, :3], axis=0).min()) / 8
    rows, columns = (
        int(np.clip(np.ceil(step / wanted), 1, max(1, _FINEST // count)))
        for step, count in zip(plane.spacing_mm, plane.shape, strict=True)
    )
    return rows, columns


Vector = NDArray[np.float64]


def _nearest(grid: NDArray[Any], start: Vector, down: Vector, across: Vector, shape: tuple[int, int]) -> Grid:
    row, column = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    inside = np.ones((1, 1), bool)
    index = []
    for axis, size in enumerate(grid.shape):  # an axis that does not change along a picture axis stays thin
        place = np.full((1, 1), start[axis])
        place = place + row * down[axis] if abs(down[axis]) > 1e-9 else place
        place = place + column * across[axis] if abs(across[axis]) > 1e-9 else place
        nearest = np.floor(place + 0.5).astype(np.intp)
        inside = inside & (nearest >= 0) & (nearest < size)
        index.append(np.clip(nearest, 0, size - 1))
    values: Grid = np.where(inside, grid[tuple(index)], np.float32(np.nan))
    return np.broadcast_to(values, shape)


def _interpolated(
    grid: NDArray[Any], start: Vector, down: Vector, across: Vector, shape: tuple[int, int]
) -> Grid:
    known = np.pad(np.nan_to_num(grid), 1)  # fades out over the last element
    matrix = np.column_stack([np.zeros(3), down, across])
    out = ndimage.affine_transform(known, matrix, start + 1, (1, *shape), order=1, cval=0.0)
    values: Grid = out[0]
    return values


def edges_of(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """(n, 4) straight runs (x1, y1, x2, y2) along pixel edges round the true parts of `mask`."""
    padded = np.pad(mask, 1)
    level = _runs(padded[1:, 1:-1] != padded[:-1, 1:-1])  # (line, from, to)
    upright = _runs((padded[1:-1, 1:] != padded[1:-1, :-1]).T)
    return np.concatenate(
        [
            np.stack([level[:, 1], level[:, 0], level[:, 2], level[:, 0]], axis=1),
            np.stack([upright[:, 0], upright[:, 1], upright[:, 0], upright[:, 2]], axis=1),
        ]
    ).astype(np.float64)


def _runs(lines: NDArray[np.bool_]) -> NDArray[np.intp]:
    """(n, 3) line, start and end of each stretch of true along the last axis."""
    steps = np.diff(np.pad(lines, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    starts, ends = np.argwhere(steps == 1), np.argwhere(steps == -1)
    return np.column_stack([starts, ends[:, 1]])
