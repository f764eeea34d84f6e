"""From the picture of an ultrasound machine to tissue alone: one mask for the whole loop, and its sector.

What the machine drew (text, scales, ECG, calipers) stands still or is in colour; tissue moves and is grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import NotApplicableError

COLOURED = 40  # difference of the channels from which on a pixel is called coloured
_MOVES = 1.6  # grey levels of spread in time: more than noise of compression on a still background
_DRAWN = 90  # as bright as what a machine draws
_STILL = 2.0
_SAMPLE = 48  # frames that are enough to tell what moves

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CleanLoop:
    """A loop without what the machine drew.

    frames         (time, rows, columns) grey, nothing outside the sector
    sector         (rows, columns) where tissue is imaged, one for the whole loop
    drawn          (rows, columns) marks inside the sector that were filled in from around them
    colour_share   part of the sector that is coloured at some time: colour Doppler where it is large
    apex           (row, column) of the top of the sector, in its middle
    """

    frames: NDArray[np.float32]
    sector: Mask
    drawn: Mask
    colour_share: float
    apex: tuple[float, float]


def clean(frames: NDArray[Any], box: tuple[int, int, int, int] | None = None) -> CleanLoop:
    """Clean (time, rows, columns[, 3]); `box` is the tissue region where the header names one."""
    some = frames[:: max(1, len(frames) // _SAMPLE)]
    grey, coloured = _grey(some), _coloured(some)
    spread = grey.std(axis=0)
    flow = _flow(coloured)
    sector = _sector(spread, coloured.any(axis=0) & ~flow, box)
    drawn = sector & _drawn(grey.mean(axis=0), spread, coloured.any(axis=0) & ~flow)
    cleaned = _filled(_grey(frames), drawn)
    cleaned *= sector
    return CleanLoop(cleaned, sector, drawn, float((flow & sector).sum() / sector.sum()), _apex(sector))


def _grey(frames: NDArray[Any]) -> NDArray[np.float32]:
    """(time, rows, columns), 0..255."""
    if frames.ndim == 4:
        red, green, blue = (frames[..., n] for n in range(3))  # channel by channel: no copy of the whole
        grey = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
        return grey.astype(np.float32, copy=False)
    low, high = float(frames.min()), float(frames.max())
    if high <= 255 and low >= 0:
        return frames.astype(np.float32)
    return (frames.astype(np.float32) - np.float32(low)) * np.float32(255 / max(high - low, 1e-6))


def _coloured(frames: NDArray[Any]) -> Mask:
    if frames.ndim == 3:
        return np.zeros(frames.shape, bool)
    red, green, blue = (frames[..., n] for n in range(3))
    highest = np.maximum(np.maximum(red, green), blue)
    lowest = np.minimum(np.minimum(red, green), blue)
    return np.asarray(highest - lowest > COLOURED)


def _flow(coloured: Mask) -> Mask:
    """Colour in patches rather than lines: flow. An ECG, a caliper or an icon is thin or small."""
    ever: Mask = np.asarray(coloured.any(axis=0))
    if not ever.any():
        return ever
    core = ndimage.binary_opening(ever, np.ones((9, 9), bool))
    labels, count = ndimage.label(core)
    if not count:
        return core
    sizes = ndimage.sum_labels(core, labels, np.arange(1, count + 1))
    large = np.isin(labels, 1 + np.flatnonzero(sizes > 0.004 * ever.size))
    grown: Mask = ndimage.binary_dilation(large, iterations=6) & ever
    return grown


def _sector(spread: NDArray[np.float32], marks: Mask, box: tuple[int, int, int, int] | None) -> Mask:
    """The largest patch that moves, with the dark between its parts, as one convex region."""
    moves = (spread > _MOVES) & ~ndimage.binary_dilation(marks, iterations=2)
    if box is not None:
        top, left, bottom, right = box
        inside = np.zeros_like(moves)
        inside[max(top, 0) : bottom, max(left, 0) : right] = True
        moves &= inside
    size = max(3, round(0.012 * max(spread.shape)))
    core = ndimage.binary_opening(moves, np.ones((size, size), bool))
    joined = ndimage.binary_closing(np.pad(core, 4 * size), iterations=2 * size)
    joined = joined[4 * size : -4 * size, 4 * size : -4 * size]
    labels, count = ndimage.label(joined)
    if not count:
        raise NotApplicableError(
            "not eligible: nothing in the loop moves, so no sector of tissue stands out.",
            hint="Choose a loop of a beating heart in B-mode.",
        )
    sizes = ndimage.sum_labels(joined, labels, np.arange(1, count + 1))
    sector = _hull(labels == 1 + int(np.argmax(sizes)))
    if sector.mean() < 0.04:
        raise NotApplicableError(
            "not eligible: what moves covers less than a twentieth of the picture: no sector of tissue.",
            hint="Choose a loop of a beating heart in B-mode.",
        )
    return sector


def _hull(mask: Mask) -> Mask:
    """The convex hull, filled."""
    from scipy.spatial import Delaunay

    rows = np.flatnonzero(mask.any(axis=1))
    first, last = {}, {}
    for r in range(int(rows.min()), int(rows.max()) + 1):
        found = np.flatnonzero(mask[r])
        if found.size:
            first[r], last[r] = int(found[0]), int(found[-1])
    points = np.array([(r, c) for ends in (first, last) for r, c in ends.items()])
    if len(np.unique(points[:, 0])) < 2 or len(np.unique(points[:, 1])) < 2:
        return mask
    grid = np.moveaxis(np.indices(mask.shape), 0, -1).reshape(-1, 2)
    inside: Mask = (Delaunay(points).find_simplex(grid) >= 0).reshape(mask.shape)
    return inside | mask


def _drawn(mean: NDArray[np.float32], spread: NDArray[np.float32], marks: Mask) -> Mask:
    still = (mean > _DRAWN) & (spread < _STILL)
    both: Mask = still | marks
    return ndimage.binary_dilation(both, iterations=2) if both.any() else both


def _filled(frames: NDArray[np.float32], drawn: Mask) -> NDArray[np.float32]:
    """What is drawn gives way to the nearest tissue beside it."""
    if drawn.any():
        rows, columns = ndimage.distance_transform_edt(drawn, return_distances=False, return_indices=True)
        frames[:, drawn] = frames[:, rows[drawn], columns[drawn]]
    return frames


def _apex(sector: Mask) -> tuple[float, float]:
    """Top of the sector, and the column that halves its uppermost tenth."""
    rows = np.flatnonzero(sector.any(axis=1))
    top, bottom = int(rows[0]), int(rows[-1])
    cap = sector[top : top + max(1, (bottom - top) // 10)]
    columns = np.flatnonzero(cap.any(axis=0))
    return float(top), float(columns.mean())
