"""The planes of a multi-frame object as one grid in the patient; planes that were left out are empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.layout import Layout, number, numbers
from inference.imaging.modality import functional_group
from inference.imaging.placement import Plane, affine_from_plane, directions_are_sound
from inference.imaging.study import Triple

SAME_PLACE_MM = 1e-3
SAME_DIRECTION = 1e-3
REGULAR = 0.02  # of the step between planes, by which a plane may lie off the grid
LARGEST = 1 << 31  # voxels
_HINT = "It may have been written by a program with an error; the pictures themselves are not affected."
_Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """(slices, rows, columns), where they lie, and the slice that each frame is."""

    shape: tuple[int, int, int]
    affine_lps: _Array
    slice_of: tuple[int, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """Where one frame lies."""

    position_lps_mm: Triple
    orientation: tuple[float, ...]
    spacing_mm: tuple[float, float]
    step_mm: float  # between planes, 0 where it is not said
    thickness_mm: float


def grid_of(header: Dataset, layout: Layout, path: Path) -> Grid:
    """The grid of the frames of an object. FileError where they lie nowhere or in several directions."""
    places = [_place(header, frame) for frame in range(layout.frames)]
    known = [place for place in places if place is not None]
    if not known or len(known) < len(places):
        raise FileError(f"{path.name} does not say where its frames lie in the patient.", hint=_HINT)
    start = known[0]
    row, column = _pair(start.orientation)
    if any(np.abs(np.subtract(p.orientation, start.orientation)).max() > SAME_DIRECTION for p in known):
        raise FileError(f"The frames of {path.name} lie in several orientations.", hint=_HINT)
    if any(p.spacing_mm != start.spacing_mm for p in known):
        raise FileError(f"The frames of {path.name} differ in pixel size.", hint=_HINT)
    positions = np.array([p.position_lps_mm for p in known])
    normal = np.cross(row, column)
    heights = positions @ normal
    levels, first = _levels(heights)
    step, warnings = _step(levels, start)
    slices = np.rint((heights - levels[0]) / step).astype(int)
    shape = (int(slices.max()) + 1, layout.rows, layout.columns)
    if np.prod([float(n) for n in shape]) > LARGEST:
        raise FileError(f"{path.name} claims {shape[0]} slices, more than can be opened.", hint=_HINT)
    affine = affine_from_plane(Plane(_triple(positions[first]), row, column, start.spacing_mm, step))
    if shape[0] > 1:  # measured, so that a tilted stack keeps its shear
        affine[:3, 0] = (positions[int(heights.argmax())] - positions[first]) / (shape[0] - 1)
    return Grid(shape, affine, tuple(slices.tolist()), warnings)


def _place(header: Dataset, frame: int) -> _Place | None:
    position = numbers(_of(header, frame, "PlanePositionSequence"), "ImagePositionPatient")
    orientation = numbers(_of(header, frame, "PlaneOrientationSequence"), "ImageOrientationPatient")
    measures = _of(header, frame, "PixelMeasuresSequence")
    spacing = numbers(measures, "PixelSpacing")
    if len(position) != 3 or len(orientation) != 6 or len(spacing) != 2 or min(spacing) <= 0:
        return None
    if not directions_are_sound(*_pair(orientation)):
        return None
    step, thick = (abs(number(measures, k) or 0.0) for k in ("SpacingBetweenSlices", "SliceThickness"))
    return _Place(_triple(np.array(position)), orientation, (spacing[0], spacing[1]), step, thick)


def _of(header: Dataset, frame: int, sequence: str) -> Dataset:
    return functional_group(header, frame, sequence) or Dataset()


def _levels(heights: _Array) -> tuple[_Array, int]:
    """The different heights, ascending, and a frame that lies at the lowest."""
    order = np.argsort(heights, kind="stable")
    ascending = heights[order]
    new = np.concatenate([[True], np.diff(ascending) > SAME_PLACE_MM])
    return ascending[new], int(order[0])


def _step(levels: _Array, place: _Place) -> tuple[float, tuple[str, ...]]:
    """The distance between planes: as stated where the planes agree with it, else measured."""
    if len(levels) == 1:
        return place.step_mm or place.thickness_mm or 1.0, ()
    offsets = levels - levels[0]
    gaps = np.diff(levels)
    for step in (place.step_mm, float(np.median(gaps)), float(gaps.min())):
        if step > SAME_PLACE_MM and _fits(offsets, step):
            return _refined(offsets, step), ()
    step = float(gaps.min())
    return step, ("Its planes are not evenly spaced; each is shown at the nearest even place.",)


def _fits(offsets: _Array, step: float) -> bool:
    """Whether all planes lie on multiples of a step, and no two on the same."""
    counts = np.rint(offsets / step)
    off = np.abs(offsets / step - counts).max()
    return bool(off <= REGULAR * max(1.0, counts.max() / 50) and len(set(counts.tolist())) == len(counts))


def _refined(offsets: _Array, step: float) -> float:
    """The step that ends exactly at the last plane: headers round it."""
    return float(offsets[-1] / np.rint(offsets[-1] / step))


def _pair(orientation: tuple[float, ...]) -> tuple[Triple, Triple]:
    a, b, c, d, e, f = orientation
    return (a, b, c), (d, e, f)


def _triple(vector: _Array) -> Triple:
    x, y, z = (float(v) for v in vector)
    return x, y, z
