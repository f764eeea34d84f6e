"""What a brush covers on its way: a disc in the plane of a picture, or a ball in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.painting.boxes import Box, Shape, round_points
from app.painting.bricks import Labels

SMALLEST_MM, LARGEST_MM = 0.5, 40.0  # radius
_STEP = 1.15  # by which a turn of the wheel changes it
_TIE = 1e-6  # a plane between two slices cuts both
Vector = NDArray[np.float64]
Values = NDArray[Any]
Part = tuple[Box, NDArray[np.bool_]]
"""Some voxels of a box."""


@dataclass(frozen=True)
class Limits:
    """Values from `low` to `high`, both of them included."""

    low: float
    high: float

    def holds(self, values: Values) -> NDArray[np.bool_]:
        """Which values lie within; what is no number does not."""
        inside: NDArray[np.bool_] = (values >= self.low) & (values <= self.high)
        return inside


@dataclass(frozen=True)
class Brush:
    """How voxels are painted.

    ball    covers a ball; else a disc in the plane of the picture
    limits  only voxels with values within are painted and erased; None for all
    over    takes voxels from other segments as well
    """

    radius_mm: float = 5.0
    ball: bool = False
    limits: Limits | None = None
    over: bool = False


def wider(radius_mm: float, steps: int) -> float:
    """The radius after so many turns of the wheel, rounded to what can be read."""
    wanted = radius_mm * _STEP**steps
    step = 0.1 if wanted < 10 else 0.5
    rounded = round(wanted / step) * step
    if rounded == radius_mm and steps:
        rounded += np.sign(steps) * step
    return round(float(np.clip(rounded, SMALLEST_MM, LARGEST_MM)), 1)


@dataclass(frozen=True, eq=False)
class Sweep:
    """The way of a brush from one place to another, in LPS millimetres; `normal` of the plane of a disc."""

    start: Vector
    end: Vector
    radius_mm: float
    normal: Vector | None = None


def covered(affine_lps: Vector, shape: Shape, sweep: Sweep) -> Part:
    """The voxels of a grid whose centres the brush comes over, in a box; always those under its middle.

    A disc is as thick as the voxels that its plane cuts.
    """
    matrix = affine_lps[:3, :3]
    inverse = np.linalg.inv(matrix)
    ends = (np.stack([sweep.start, sweep.end]) - affine_lps[:3, 3]) @ inverse.T
    reach = _reach(matrix, sweep)
    margin = np.linalg.norm(inverse, axis=1) * np.hypot(sweep.radius_mm, reach)
    box = round_points(ends, margin, shape)
    if box.is_empty:
        return box, np.zeros(box.shape, bool)
    offsets = _offsets(box, ends[0])
    far_mm2, along = _lengths(matrix, offsets, sweep, inverse @ (sweep.end - sweep.start))
    if sweep.normal is not None:
        ahead = _dot(matrix.T @ sweep.normal, offsets)
        far_mm2 = far_mm2 - ahead**2
    mask: NDArray[np.bool_] = far_mm2 - along <= sweep.radius_mm**2 + _TIE
    if sweep.normal is not None:
        mask &= np.abs(ahead) <= reach * (1 + _TIE)
    for end in ends:
        _include(mask, np.floor(end + 0.5).astype(int) - box.low)
    return box, mask


def cut_by(affine_lps: Vector, box: Box, point_lps_mm: Vector, normal: Vector) -> Part:
    """The voxels of a box that a plane cuts."""
    start = np.linalg.inv(affine_lps[:3, :3]) @ (point_lps_mm - affine_lps[:3, 3])
    ahead = _dot(affine_lps[:3, :3].T @ normal, _offsets(box, start))
    reach = float(np.abs(affine_lps[:3, :3].T @ normal).sum()) / 2
    return box, np.abs(ahead) <= reach * (1 + _TIE)


def paint(
    labels: Labels, values: Values, part: Part, number: int, brush: Brush
) -> bool:  # fmt: skip
    """Give voxels to a segment; whether any was given."""
    box, mask = part
    here = labels[box.slices]
    where = mask & (here != number) if brush.over else mask & (here == 0)
    return _put(here, where, values[box.slices], number, brush.limits)


def erase(
    labels: Labels, values: Values, part: Part, number: int, brush: Brush
) -> bool:  # fmt: skip
    """Take voxels away from a segment, and from no other; whether any was taken."""
    box, mask = part
    here = labels[box.slices]
    return _put(here, mask & (here == number), values[box.slices], 0, brush.limits)


def _put(here: Labels, where: NDArray[np.bool_], values: Values, number: int, limits: Limits | None) -> bool:
    if limits is not None:
        where &= limits.holds(values)
    here[where] = number
    return bool(where.any())


def _reach(matrix: Vector, sweep: Sweep) -> float:
    """Half the thickness of a disc in millimetres."""
    if sweep.normal is None:
        return 0.0
    return float(np.abs(matrix.T @ sweep.normal).sum()) / 2


Offsets = tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]


def _offsets(box: Box, start: Vector) -> Offsets:
    """Index offsets from the start along each axis, thin: numpy spreads them over the box."""
    k, j, i = (
        (np.arange(low, high) - middle).astype(np.float32)
        for low, high, middle in zip(box.low, box.high, start, strict=True)
    )
    return k[:, None, None], j[None, :, None], i[None, None, :]


def _dot(weights: Vector, offsets: Offsets) -> NDArray[np.float32]:
    """A linear form of the offsets."""
    k, j, i = (np.float32(w) * offset for w, offset in zip(weights, offsets, strict=True))
    total: NDArray[np.float32] = k + j + i
    return total


def _lengths(
    matrix: Vector, offsets: Offsets, sweep: Sweep, way: Vector
) -> tuple[NDArray[np.float32], NDArray[np.float32] | float]:
    """Squares in mm² of the distance from the start, and of its share along the way."""
    gram = matrix.T @ matrix
    k, j, i = offsets
    g = gram.astype(np.float32)
    far: NDArray[np.float32] = g[0, 0] * k * k + g[1, 1] * j * j + g[2, 2] * i * i
    for (a, first), (b, second) in (((0, k), (1, j)), ((0, k), (2, i)), ((1, j), (2, i))):
        if abs(gram[a, b]) > _TIE:
            far = far + 2 * g[a, b] * first * second
    size = float(np.sum((sweep.end - sweep.start) ** 2))
    if size < _TIE:
        return far, 0.0
    ahead = _dot(gram @ way, offsets)
    share = np.clip(ahead / np.float32(size), 0, 1)
    return far, 2 * share * ahead - share**2 * np.float32(size)


def _include(mask: NDArray[np.bool_], index: NDArray[np.int_]) -> None:
    if np.all(index >= 0) and np.all(index < mask.shape):
        mask[tuple(index)] = True
