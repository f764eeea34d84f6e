"""Where the pixels of one picture lie: the one place that maps pixels to millimetres and back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PicturePlane:
    """The plane of one picture. Pixel (row, column) counts from the centre of the first pixel.

    origin_lps_mm  centre of pixel (0, 0)
    down_lps_mm    step to the next row
    across_lps_mm  step to the next column
    shape          (rows, columns)
    thickness_mm   of what the picture shows, 0 where unknown
    placed         False: the file does not say where in the patient; only lengths mean something
    calibrated     False: lengths are pixels
    """

    origin_lps_mm: Points
    down_lps_mm: Points
    across_lps_mm: Points
    shape: tuple[int, int]
    thickness_mm: float = 0.0
    placed: bool = True
    calibrated: bool = True

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Distance between neighbouring rows, and between neighbouring columns."""
        return float(np.linalg.norm(self.down_lps_mm)), float(np.linalg.norm(self.across_lps_mm))

    @cached_property
    def normal_lps(self) -> Points:
        """Unit vector out of the picture, along +(across x down)."""
        normal: Points = np.cross(self.across_lps_mm, self.down_lps_mm)
        unit: Points = normal / float(np.linalg.norm(normal))
        return unit

    @cached_property
    def centre_lps_mm(self) -> Points:
        """The middle of the picture."""
        return self.to_lps_mm((np.array(self.shape) - 1) / 2)

    @cached_property
    def corners_lps_mm(self) -> Points:
        """(4, 3) outer corners of the picture, clockwise from the top left."""
        rows, columns = self.shape
        low, bottom, right = -0.5, rows - 0.5, columns - 0.5
        return self.to_lps_mm(np.array([(low, low), (low, right), (bottom, right), (bottom, low)]))

    @cached_property
    def _pixel_from_lps(self) -> Points:
        matrix = np.column_stack([self.down_lps_mm, self.across_lps_mm, self.normal_lps])
        inverse: Points = np.linalg.inv(matrix).astype(np.float64)
        return inverse

    def to_lps_mm(self, pixels: NDArray[Any]) -> Points:
        """(..., 2) pixels (row, column) -> (..., 3) LPS millimetres."""
        steps = np.stack([self.down_lps_mm, self.across_lps_mm])
        points: Points = np.asarray(pixels, float) @ steps + self.origin_lps_mm
        return points

    def to_pixels(self, points_lps_mm: NDArray[Any]) -> Points:
        """(..., 3) LPS millimetres -> (..., 3): row, column, millimetres in front of the picture."""
        offsets = np.asarray(points_lps_mm, float) - self.origin_lps_mm
        pixels: Points = offsets @ self._pixel_from_lps.T
        return pixels

    def contains(self, pixel: NDArray[Any]) -> bool:
        """Whether (row, column) lies on the picture."""
        rows, columns = self.shape
        return bool(-0.5 <= pixel[0] < rows - 0.5 and -0.5 <= pixel[1] < columns - 0.5)


def plane_of_affine(affine_lps: Points, index: int, shape: tuple[int, int]) -> PicturePlane:
    """The plane of slice `index` of a grid placed by `affine_lps` (k, j, i, 1)."""
    return PicturePlane(
        origin_lps_mm=affine_lps[:3, 3] + index * affine_lps[:3, 0],
        down_lps_mm=affine_lps[:3, 1],
        across_lps_mm=affine_lps[:3, 2],
        shape=shape,
        thickness_mm=float(np.linalg.norm(affine_lps[:3, 0])),
    )


def unplaced_plane(shape: tuple[int, int], spacing_mm: tuple[float, float] | None) -> PicturePlane:
    """A plane for a picture that no header places in the patient."""
    rows_mm, columns_mm = spacing_mm or (1.0, 1.0)
    return PicturePlane(
        origin_lps_mm=np.zeros(3),
        down_lps_mm=np.array([0.0, rows_mm, 0.0]),
        across_lps_mm=np.array([columns_mm, 0.0, 0.0]),
        shape=shape,
        placed=False,
        calibrated=spacing_mm is not None,
    )


def intersection(plane: PicturePlane, other: PicturePlane) -> Points | None:
    """(2, 2) pixels (row, column) of `plane` between which `other` cuts it; None where it does not."""
    corners = plane.to_pixels(other.corners_lps_mm)
    ends = []
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if (start[2] < 0) != (end[2] < 0):
            ends.append(start + (end - start) * (start[2] / (start[2] - end[2])))
    return np.array(ends)[:, :2] if len(ends) == 2 else None
