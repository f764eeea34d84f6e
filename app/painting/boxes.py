"""A box of voxels: where a volume was touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Shape = tuple[int, int, int]


@dataclass(frozen=True)
class Box:
    """From voxel index `low` up to, but not including, `high`; both (k, j, i)."""

    low: Shape
    high: Shape

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """What cuts it out of an array."""
        k, j, i = (slice(a, b) for a, b in zip(self.low, self.high, strict=True))
        return k, j, i

    @property
    def shape(self) -> Shape:
        """Voxels along each axis; none where it is empty."""
        k, j, i = (max(b - a, 0) for a, b in zip(self.low, self.high, strict=True))
        return k, j, i

    @property
    def is_empty(self) -> bool:
        """Whether it holds no voxel."""
        return 0 in self.shape

    def joined(self, other: Box) -> Box:
        """The smallest box round both."""
        return Box(_triple(np.minimum(self.low, other.low)), _triple(np.maximum(self.high, other.high)))

    def within(self, shape: Shape) -> Box:
        """The part of it that lies in a grid."""
        return Box(_triple(np.clip(self.low, 0, shape)), _triple(np.clip(self.high, 0, shape)))


def whole(shape: Shape) -> Box:
    """All of a grid."""
    return Box((0, 0, 0), shape)


def round_points(index: NDArray[np.float64], margin: NDArray[np.float64], shape: Shape) -> Box:
    """The voxels of a grid within `margin` (3,) of any of the points (n, 3), all as voxel indices."""
    low = np.floor(index.min(axis=0) - margin).astype(int)
    high = np.ceil(index.max(axis=0) + margin).astype(int) + 1
    return Box(_triple(low), _triple(high)).within(shape)


def round_all(boxes: Iterable[Box]) -> Box | None:
    """The smallest box round several; None without any."""
    found = list(boxes)
    return reduce(Box.joined, found) if found else None


def _triple(values: NDArray[np.generic]) -> Shape:
    k, j, i = (int(value) for value in values)
    return k, j, i
