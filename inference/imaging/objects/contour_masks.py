"""Contours to masks: which pixel centres lie inside, by the even-odd rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inference.errors import SeriesError
from inference.imaging.objects.structures import Region, RegionContour, StructureSet
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume

OFF_SLICE = 0.5  # of the distance between slices: further off, a contour belongs to none
PARALLEL = 0.01  # of a slice step, by which a contour may leave its slice
_Array = NDArray[np.float64]


def mask_of(region: Region, grid: Volume) -> NDArray[np.bool_]:
    """The voxels of a grid inside a region. SeriesError where its contours lie across the slices."""
    mask = np.zeros(grid.shape, bool)
    for contour in region.contours:
        place = _slice_of(contour, grid)
        if place is not None:
            corners = grid.to_index(contour.points_lps_mm)[:, 1:]
            mask[place] ^= filled(corners, grid.shape[1:])  # one inside another is a hole
    return mask


def map_of(structures: StructureSet, grid: Volume) -> tuple[SegmentMap, ...]:
    """The regions as segment maps on a grid; several where regions overlap."""
    layers: list[NDArray[np.uint16]] = []
    found: list[list[Segment]] = []
    for number, region in enumerate(structures.regions, start=1):
        mask = mask_of(region, grid)
        place = next((k for k, layer in enumerate(layers) if not layer[mask].any()), len(layers))
        if place == len(layers):
            layers.append(np.zeros(grid.shape, np.uint16))
            found.append([])
        layers[place][mask] = number
        found[place].append(Segment(number, region.name, region.rgb))
    series = structures.references.series_uids
    return tuple(
        SegmentMap(
            Volume(layer, grid.affine_lps), tuple(segments), structures.title,
            structures.references.frame_of_reference_uid, series[0] if len(series) == 1 else "",
        )
        for layer, segments in zip(layers, found, strict=True)
    )  # fmt: skip


def filled(corners: _Array, shape: Sequence[int]) -> NDArray[np.bool_]:
    """(rows, columns) pixels whose centres lie inside a polygon (n, 2) of (row, column)."""
    mask = np.zeros(tuple(shape), bool)
    low, high = corners[:, 0].min(), corners[:, 0].max()
    top, bottom = max(0, int(np.ceil(low))), min(shape[0] - 1, int(np.floor(high)))
    columns = np.arange(shape[1])
    begin, end = corners, np.roll(corners, -1, axis=0)
    for row in range(top, bottom + 1):
        crosses = (begin[:, 0] > row) != (end[:, 0] > row)
        a, b = begin[crosses], end[crosses]
        at = np.sort(a[:, 1] + (row - a[:, 0]) * (b[:, 1] - a[:, 1]) / (b[:, 0] - a[:, 0]))
        mask[row] = np.searchsorted(at, columns, side="right") % 2 == 1
    return mask


def _slice_of(contour: RegionContour, grid: Volume) -> int | None:
    """The slice that a closed contour lies in or nearest to; None for lines and for what lies outside."""
    if not contour.closed:
        return None
    heights = grid.to_index(contour.points_lps_mm)[:, 0]
    if float(np.ptp(heights)) > max(2 * PARALLEL, 0.2 / grid.spacing_mm[0]):
        raise SeriesError(
            "The contours were drawn in another plane than the slices.",
            hint="Lay them over the series that they were drawn on.",
        )
    place = round(float(heights.mean()))
    near = abs(float(heights.mean()) - place) <= OFF_SLICE
    return place if near and 0 <= place < grid.shape[0] else None
