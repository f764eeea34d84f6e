"""What a shape lacks: slices between those that were drawn on, and holes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.painting.boxes import Box

Mask = NDArray[np.bool_]


def filled_between(mask: Mask, axis: int, spacing_mm: tuple[float, float, float]) -> tuple[Box, Mask]:
    """What is missing between the slices of `mask` (k, j, i) along an axis, in a box.

    Between two neighbouring drawn slices the signed distance from the outline goes evenly from one to the
    other (Raya and Udupa 1990).
    """
    extent = _extent(mask)
    if extent is None:
        return Box((0, 0, 0), (0, 0, 0)), np.zeros((0, 0, 0), bool)
    part = np.moveaxis(mask[extent.slices], axis, 0)
    flat_mm = tuple(size for n, size in enumerate(spacing_mm) if n != axis)
    drawn = np.flatnonzero(part.any(axis=(1, 2)))
    added = np.zeros(part.shape, bool)
    for first, last in pairwise(drawn.tolist()):
        if last - first > 1:
            near, far = _signed_mm(part[first], flat_mm), _signed_mm(part[last], flat_mm)
            for place in range(first + 1, last):
                share = (place - first) / (last - first)
                added[place] = (1 - share) * near + share * far > 0
    return extent, np.moveaxis(added, 0, axis)


def filled_holes(mask: Mask) -> tuple[Box, Mask]:
    """What `mask` (k, j, i) encloses on all sides, in a box."""
    extent = _extent(mask)
    if extent is None:
        return Box((0, 0, 0), (0, 0, 0)), np.zeros((0, 0, 0), bool)
    part = mask[extent.slices]
    return extent, ndimage.binary_fill_holes(part) & ~part


def _signed_mm(shape: Mask, spacing_mm: tuple[float, ...]) -> NDArray[np.float64]:
    """Distance from the outline: inside above zero, outside below. The picture goes on beyond its edge."""
    padded = np.pad(shape, 1)
    inside = ndimage.distance_transform_edt(padded, sampling=spacing_mm)
    outside = ndimage.distance_transform_edt(~padded, sampling=spacing_mm)
    signed: NDArray[np.float64] = (inside - outside)[1:-1, 1:-1]
    return signed


def _extent(mask: Mask) -> Box | None:
    if not mask.any():
        return None
    low, high = [], []
    for axis in range(3):
        held = np.flatnonzero(mask.any(axis=tuple(n for n in range(3) if n != axis)))
        low.append(int(held[0]))
        high.append(int(held[-1]) + 1)
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
