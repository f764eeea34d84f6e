"""Segments in a person's hand, on the grid of the volume that they are drawn on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from app.painting.boxes import Box, Shape, round_all
from app.painting.bricks import MOST_SEGMENTS, Bricks, Labels, box_of, counted, differing, put, taken
from inference.imaging.segments import Rgb, Segment, SegmentMap
from inference.imaging.volume import Volume

_NO_COUNTS = np.zeros(MOST_SEGMENTS + 1, np.int64)


@dataclass(frozen=True)
class DrawnSegment:
    """One segment. number 1..255; source: what it was copied from, empty where a person began it."""

    number: int
    name: str
    rgb: Rgb
    source: str = ""


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Labels that exclude each other. Two of them are equal only if they are the same.

    shape, affine_lps  the grid of the volume of `display_set_uid`, (slices, rows, columns)
    bricks             the labels
    counts             (256,) voxels of each label
    author             who drew; created in ISO 8601, UTC
    """

    uid: str
    study_uid: str
    display_set_uid: str
    series_uid: str
    frame_of_reference_uid: str
    shape: Shape
    affine_lps: NDArray[np.float64]
    title: str = ""
    segments: tuple[DrawnSegment, ...] = ()
    bricks: Bricks = field(default_factory=dict)
    counts: NDArray[np.int64] = field(default_factory=lambda: _NO_COUNTS)
    author: str = ""
    created: str = ""

    @property
    def voxel_ml(self) -> float:
        """What one voxel holds."""
        return float(abs(np.linalg.det(self.affine_lps[:3, :3]))) / 1000.0

    @property
    def volumes_ml(self) -> Mapping[int, float]:
        """What each segment holds, by its number."""
        return {s.number: float(self.counts[s.number]) * self.voxel_ml for s in self.segments}

    @property
    def sources(self) -> tuple[str, ...]:
        """What its segments were copied from."""
        return tuple(dict.fromkeys(s.source for s in self.segments if s.source))

    @property
    def extent(self) -> Box | None:
        """A box that holds every voxel of every segment; None where nothing is drawn."""
        return round_all(box_of(place, self.shape) for place in self.bricks)

    def segment(self, number: int) -> DrawnSegment | None:
        """One of its segments."""
        return next((s for s in self.segments if s.number == number), None)

    def painted(self, labels: Labels, box: Box) -> Segmentation:
        """The segmentation with `labels` of the whole grid, which differ from its own only within `box`."""
        bricks = taken(labels, box, self.bricks)
        places = differing(self.bricks, bricks)
        if not places:
            return self
        gone = counted(self.bricks[place] for place in places if place in self.bricks)
        come = counted(bricks[place] for place in places if place in bricks)
        return replace(self, bricks=bricks, counts=self.counts - gone + come)

    def with_segment(self, segment: DrawnSegment) -> Segmentation:
        """The segmentation with one more segment, or with another name or colour for one."""
        others = [s for s in self.segments if s.number != segment.number]
        return replace(self, segments=tuple(sorted((*others, segment), key=lambda s: s.number)))

    def without_segment(self, number: int) -> Segmentation:
        """The segmentation without a segment and its voxels."""
        labels, extent = self.labels(), self.extent
        labels[labels == number] = 0
        left = self if extent is None else self.painted(labels, extent)
        return replace(left, segments=tuple(s for s in self.segments if s.number != number))

    @property
    def free_number(self) -> int | None:
        """The number of the next segment; None where there is no room for one."""
        taken_numbers = {s.number for s in self.segments}
        return next((n for n in range(1, MOST_SEGMENTS + 1) if n not in taken_numbers), None)

    def labels(self) -> Labels:
        """(slices, rows, columns) labels of the whole grid, to be changed as one likes."""
        made = np.zeros(self.shape, np.uint8)
        put(made, self.bricks, self.bricks)
        return made

    def segment_map(self, *, whole: bool = False) -> SegmentMap:
        """The segments as everybody else knows them; cut to what is drawn, or on the `whole` grid."""
        labels, affine, extent = self.labels(), self.affine_lps.copy(), self.extent
        if not whole:
            extent = extent or Box((0, 0, 0), (1, 1, 1))
            affine[:3, 3] = affine[:3, :3] @ np.array(extent.low) + affine[:3, 3]
            labels = labels[extent.slices].copy()
        return self.map_of(Volume(labels, affine))

    def map_of(self, labels: Volume) -> SegmentMap:
        """Labels with the names and colours of the segments."""
        segments = tuple(Segment(s.number, s.name, s.rgb) for s in self.segments)
        return SegmentMap(labels, segments, self.title, self.frame_of_reference_uid, self.series_uid)
