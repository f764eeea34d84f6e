"""The part of a volume that is rendered: a box along the patient. A frozen value, free of Qt and VTK."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.imaging.volume import Volume

LEAST_MM = 1.0  # between two opposite sides
AXES = 3  # R-L, A-P, F-H
Ends = tuple[float, float, float]


class Part(Protocol):
    """What is rendered of a volume: equal ones cut alike."""

    def planes(self) -> tuple[tuple[Ends, Ends], ...]:
        """(point, normal) pairs; normals point to what is kept."""
        ...

    def contains(self, points_lps_mm: NDArray[Any]) -> NDArray[np.bool_]:
        """(...) whether each of (..., 3) points is kept."""
        ...


@dataclass(frozen=True)
class CropBox:
    """Six sides across the axes of the patient.

    low_lps_mm, high_lps_mm  the sides towards R, A, I and towards L, P, S
    """

    low_lps_mm: Ends
    high_lps_mm: Ends

    @property
    def corners_lps_mm(self) -> NDArray[np.float64]:
        """(8, 3) in the order of product((low, high), repeat=3)."""
        return np.array(list(product(*zip(self.low_lps_mm, self.high_lps_mm, strict=True))))

    def side_lps_mm(self, axis: int, *, high: bool) -> NDArray[np.float64]:
        """(3,) the middle of one side."""
        middle = (np.array(self.low_lps_mm) + self.high_lps_mm) / 2
        middle[axis] = (self.high_lps_mm if high else self.low_lps_mm)[axis]
        return middle

    def contains(self, points_lps_mm: NDArray[Any]) -> NDArray[np.bool_]:
        """(...) whether each of (..., 3) points lies within."""
        inside = (points_lps_mm >= np.array(self.low_lps_mm)) & (points_lps_mm <= np.array(self.high_lps_mm))
        within: NDArray[np.bool_] = np.all(inside, axis=-1)
        return within

    def moved(self, axis: int, to_mm: float, *, high: bool, within: CropBox) -> CropBox:
        """The box with one side elsewhere, between its opposite side and the end of what there is."""
        low, high_ends = list(self.low_lps_mm), list(self.high_lps_mm)
        if high:
            high_ends[axis] = min(max(to_mm, low[axis] + LEAST_MM), within.high_lps_mm[axis])
        else:
            low[axis] = max(min(to_mm, high_ends[axis] - LEAST_MM), within.low_lps_mm[axis])
        return CropBox(_ends(low), _ends(high_ends))

    def planes(self) -> tuple[tuple[Ends, Ends], ...]:
        """Six (point, normal) pairs; normals point to what is kept."""
        found = []
        for axis, sign in product(range(AXES), (1.0, -1.0)):
            normal = [0.0, 0.0, 0.0]
            normal[axis] = sign
            found.append((self.low_lps_mm if sign > 0 else self.high_lps_mm, _ends(normal)))
        return tuple(found)


def whole_box(volume: Volume) -> CropBox:
    """The smallest box along the patient that holds every voxel."""
    ends = np.array(list(product(*((-0.5, n - 0.5) for n in volume.shape))))
    corners = volume.to_lps_mm(ends)
    return CropBox(_ends(corners.min(axis=0)), _ends(corners.max(axis=0)))


def _ends(values: Any) -> Ends:
    x, y, z = (float(value) for value in values)
    return x, y, z
