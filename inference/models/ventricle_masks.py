"""From what the network thinks of each pixel to one cavity that runs through the slices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Probabilities = NDArray[np.float32]
Masks = NDArray[np.bool_]

LIMIT = 0.5
_OVERLAP = 0.5  # of the smaller of two cavities in neighbouring slices
_TAPER_MM = 3.0
_LARGE = 0.6  # of the median slice's cavity: such slices are in the middle
_LEAST_NARROWING = 0.5  # of what the middle slices do in systole; 2 of 43 patients have less at the base
_MOST_WIDENING = 1.4  # of the next slice's cavity; at most 1.24 in the same 43 patients
_LEAST_WIDENING = 0.65  # the same from below; 4 of 43 have less, where the plane cuts the valve
_MOST_ABOVE = 3  # slices above the valve that a stack may hold


@dataclass(frozen=True, eq=False)
class Below:
    """Masks of the ventricle alone, and the positions left out because they lie above its valve."""

    masks: Masks
    above: tuple[int, ...]


def tidied(probabilities: Probabilities, base_first: bool, pixel_mm: float) -> Masks:
    """(positions, phases, rows, columns) -> masks: in each picture at most one piece, without holes.

    It starts in the middle of the ventricle and goes outwards slice by slice. In each phase a slice keeps
    the piece that lies over the one kept in the slice before; where there is none the ventricle ends.
    Towards the apex the cavity tapers: it stays within that of the slice before, and 3 mm around it.
    """
    raw = probabilities > LIMIT
    kept = np.zeros_like(raw)
    if not raw.any():
        return kept
    seed = _middle(raw)
    mean = largest_piece(probabilities[seed].mean(0) > LIMIT)
    reach = max(1, round(_TAPER_MM / pixel_mm))
    ends = (range(seed + 1, len(raw)), range(seed - 1, -1, -1))
    basewards, apexwards = ends[::-1] if base_first else ends
    for phase in range(raw.shape[1]):
        kept[seed, phase] = _piece_over(raw[seed, phase], mean if mean.any() else raw[seed, phase])
        before = kept[seed, phase]
        for position in basewards:
            before = kept[position, phase] = _piece_over(raw[position, phase], before)
        before = kept[seed, phase]
        for position in apexwards:
            within = raw[position, phase] & ndimage.binary_dilation(before, iterations=reach)
            before = kept[position, phase] = _piece_over(within, before)
    return kept


def below_valve(masks: Masks, base_first: bool) -> Below:
    """Leave out, in every phase, the slices at the base that do not behave like the ventricle.

    Outflow tract, aorta and atrium are round and bright too. But in systole they narrow less than half as
    much as the ventricle does in its middle, or their width jumps against that of the slice below.
    """
    areas = masks.sum(axis=(2, 3)).astype(float)  # (positions, phases)
    drawn = np.flatnonzero(areas.any(axis=1))
    if len(drawn) <= _MOST_ABOVE + 1:
        return Below(masks, ())
    downwards = drawn if base_first else drawn[::-1]
    total = areas[drawn].sum(axis=0)
    wide, narrow = areas[:, np.argmax(total)], areas[:, np.argmin(total)]
    narrowing = 1 - narrow / np.maximum(wide, 1)
    least = _LEAST_NARROWING * float(np.median(narrowing[drawn[1:-1]]))
    jump = wide[downwards[:-1]] / np.maximum(wide[downwards[1:]], 1)
    strange = (narrowing[downwards[:-1]] < least) | (jump > _MOST_WIDENING) | (jump < _LEAST_WIDENING)
    cut = np.flatnonzero(strange[:_MOST_ABOVE])
    above = downwards[: cut[-1] + 1] if len(cut) else downwards[:0]
    kept = masks.copy()
    kept[above] = False
    return Below(kept, tuple(int(n) for n in above))


def _middle(raw: Masks) -> int:
    """A slice in the middle of the longest run of slices with a large cavity."""
    areas = np.array([[largest_piece(picture).sum() for picture in loop] for loop in raw]).mean(1)
    labels, _ = ndimage.label(areas >= _LARGE * np.median(areas[areas > 0]))
    run = np.argmax(np.bincount(labels)[1:]) + 1
    return int(np.median(np.flatnonzero(labels == run)))


def _piece_over(raw: NDArray[np.bool_], guide: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The piece of `raw` that shares most with `guide`; nothing where it shares too little."""
    labels, count = ndimage.label(raw)
    if not count or not guide.any():
        return np.zeros_like(raw)
    shared = np.bincount(labels[guide], minlength=count + 1)
    shared[0] = 0
    piece = labels == np.argmax(shared)
    if shared.max() < _OVERLAP * min(piece.sum(), guide.sum()):
        return np.zeros_like(raw)
    filled: NDArray[np.bool_] = ndimage.binary_fill_holes(piece)
    return filled


def largest_piece(picture: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest piece of a mask; nothing where there is none."""
    labels, count = ndimage.label(picture)
    found: NDArray[np.bool_] = labels == np.argmax(np.bincount(labels.ravel())[1:]) + 1 if count else picture
    return found
