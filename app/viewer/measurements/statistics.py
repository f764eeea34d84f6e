"""Statistics of the pixels inside a region, each pixel counted by its centre."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.viewer.measurements.geometry import inside, outline
from app.viewer.measurements.measurement import Kind, Statistics

Points = NDArray[np.float64]


def region_mask(kind: Kind, points: Points, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """(rows, columns) which pixels of a picture lie in the region of `points` (m, 2), as (row, column)."""
    mask = np.zeros(shape, bool)
    flat = outline(kind, np.column_stack([points, np.zeros(len(points))]))[:, :2]
    low = np.clip(np.floor(flat.min(axis=0)), 0, shape).astype(int)
    high = np.clip(np.ceil(flat.max(axis=0)) + 1, 0, shape).astype(int)
    rows, columns = np.mgrid[low[0] : high[0], low[1] : high[1]]
    spots = np.column_stack([rows.ravel(), columns.ravel()]).astype(np.float64)
    mask[low[0] : high[0], low[1] : high[1]] = inside(kind, points, spots).reshape(rows.shape)
    return mask


def region_statistics(
    pixels: NDArray[Any],
    kind: Kind,
    points: Points,
    *,
    padding: float | None = None,
    unit: str = "",
    basis: str = "",
) -> Statistics | None:
    """Of a grey picture (rows, columns); None in colour, or where no pixel that counts lies inside."""
    if pixels.ndim != 2:
        return None
    chosen = pixels[region_mask(kind, points, (pixels.shape[0], pixels.shape[1]))].astype(np.float64)
    seen = chosen[np.isfinite(chosen)]
    if padding is not None:
        seen = seen[seen != padding]
    if not len(seen):
        return None
    return Statistics(
        float(seen.mean()), float(seen.std()), float(seen.min()), float(seen.max()),
        len(seen), len(chosen) - len(seen), unit, basis,
    )  # fmt: skip
