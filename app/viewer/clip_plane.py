"""A plane that cuts a volume in 3-D in any direction, by itself or with the crop box. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.viewer.crop_box import CropBox, Ends, Part
from app.viewer.picture_plane import PicturePlane


@dataclass(frozen=True)
class ClipPlane:
    """What lies behind it is kept.

    point_lps_mm  it passes through this point
    normal_lps    unit vector to the side that is kept
    """

    point_lps_mm: Ends
    normal_lps: Ends

    def planes(self) -> tuple[tuple[Ends, Ends], ...]:
        """(point, normal) pairs; normals point to what is kept."""
        return ((self.point_lps_mm, self.normal_lps),)

    def contains(self, points_lps_mm: NDArray[Any]) -> NDArray[np.bool_]:
        """(...) whether each of (..., 3) points is kept."""
        offsets = np.asarray(points_lps_mm, float) - np.array(self.point_lps_mm)
        kept: NDArray[np.bool_] = offsets @ np.array(self.normal_lps) >= 0
        return kept


@dataclass(frozen=True)
class BoxBehindPlane:
    """What lies within a box and behind a plane."""

    box: CropBox
    plane: ClipPlane

    def planes(self) -> tuple[tuple[Ends, Ends], ...]:
        """Of both."""
        return (*self.box.planes(), *self.plane.planes())

    def contains(self, points_lps_mm: NDArray[Any]) -> NDArray[np.bool_]:
        """Within both."""
        return self.box.contains(points_lps_mm) & self.plane.contains(points_lps_mm)


def part_of(box: CropBox | None, plane: ClipPlane | None) -> Part | None:
    """What two cuts leave; None where nothing is cut away."""
    if box is not None and plane is not None:
        return BoxBehindPlane(box, plane)
    return box or plane


def clip_along(plane: PicturePlane, towards_eye_lps: NDArray[np.float64]) -> ClipPlane:
    """The cut along the plane of a picture that takes away what lies between it and the eye."""
    normal = plane.normal_lps * (-1.0 if float(plane.normal_lps @ towards_eye_lps) > 0 else 1.0)
    point, away = ((float(x), float(y), float(z)) for x, y, z in (plane.centre_lps_mm, normal))
    return ClipPlane(point, away)
