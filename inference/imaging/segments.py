"""Labelled volumes: which voxel belongs to which organ, lesion or region, placed in the patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inference.imaging.volume import Volume

Rgb = tuple[int, int, int]

# Apart from each other on grey, and from the orange of a model's marks and the green of a reader's.
PALETTE: tuple[Rgb, ...] = (
    (232, 96, 96), (86, 156, 232), (240, 220, 110), (190, 120, 220), (110, 200, 220), (226, 140, 180),
    (150, 190, 110), (214, 180, 140), (120, 130, 220), (200, 90, 150), (100, 170, 170), (230, 190, 230),
)  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """One label of a segment map. number > 0: the value of its voxels. rgb 0..255."""

    number: int
    name: str
    rgb: Rgb
    visible: bool = True

    def __post_init__(self) -> None:
        if self.number <= 0:
            raise ValueError("the number of a segment is above zero; zero is what belongs to none")


@dataclass(frozen=True, eq=False)
class SegmentMap:
    """Labels of one kind of reading, and where they lie.

    labels                  uint8 or uint16 (slices, rows, columns); 0 belongs to no segment
    frame_of_reference_uid  and series_uid: what it may be laid over; both empty: over anything
    """

    labels: Volume
    segments: tuple[Segment, ...]
    title: str = ""
    frame_of_reference_uid: str = ""
    series_uid: str = ""

    def __post_init__(self) -> None:
        if self.labels.voxels.dtype not in (np.dtype(np.uint8), np.dtype(np.uint16)):
            raise ValueError(f"labels are uint8 or uint16, not {self.labels.voxels.dtype}")
        numbers = [segment.number for segment in self.segments]
        if len(set(numbers)) < len(numbers):
            raise ValueError("two segments share a number")

    @cached_property
    def voxel_ml(self) -> float:
        """What one voxel holds."""
        return float(abs(np.linalg.det(self.labels.affine_lps[:3, :3]))) / 1000.0

    @cached_property
    def volumes_ml(self) -> Mapping[int, float]:
        """What each segment holds, by its number."""
        counts = np.bincount(self.labels.voxels.ravel(), minlength=1 + max(self._numbers, default=0))
        return {number: float(counts[number]) * self.voxel_ml for number in self._numbers}

    @property
    def _numbers(self) -> tuple[int, ...]:
        return tuple(segment.number for segment in self.segments)

    def mask(self, number: int) -> NDArray[np.bool_]:
        """The voxels of one segment."""
        inside: NDArray[np.bool_] = self.labels.voxels == number
        return inside

    def centre_lps_mm(self, number: int) -> NDArray[np.float64] | None:
        """The middle of a segment; None where it has no voxel."""
        index = np.argwhere(self.mask(number))
        return self.labels.to_lps_mm(index.mean(axis=0)) if len(index) else None

    def showing(self, numbers: Iterable[int]) -> SegmentMap:
        """The same labels with only these segments visible."""
        wanted = set(numbers)
        return replace(self, segments=tuple(replace(s, visible=s.number in wanted) for s in self.segments))


def colour_of(number: int) -> Rgb:
    """A colour for a segment that brings none."""
    return PALETTE[(number - 1) % len(PALETTE)]
