"""Catmull-Rom: a cubic through the four nearest values along each axis.

It goes through every stored value and bends between them. Beside a sharp edge it overshoots; that is shown
as it is, never clipped, since what is clipped looks like what was measured.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

TITLE = "cubic (Catmull-Rom)"
_ROWS = 32  # sampled in one go; then others run, or the work is given up
_THIN = 1e-9  # steps below this do not move along an axis

Array = NDArray[Any]
Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]
IsStale = Callable[[], bool]


@dataclass(frozen=True, eq=False)
class Lattice:
    """Where to look into an array: sample (row, column) is at index start + row * down + column * across.

    start, down, across  one number for each axis that is sampled
    shape                (rows, columns) of samples
    """

    start: Vector
    down: Vector
    across: Vector
    shape: tuple[int, int]

    def rows(self, first: int, last: int) -> Lattice:
        """A part of it, from row `first` to before row `last`."""
        rows = min(last, self.shape[0]) - first
        return replace(self, start=self.start + first * self.down, shape=(rows, self.shape[1]))

    @property
    def is_turned(self) -> bool:
        """Columns of samples go along the first axis."""
        return bool(abs(self.across[0]) > _THIN)

    @property
    def is_straight(self) -> bool:
        """Rows and columns of samples go along one axis each."""
        moves = np.abs(np.stack([self.down, self.across])) > _THIN
        return len(self.start) == 2 and bool(
            (moves.sum(axis=0) == 1).all() and (moves.sum(axis=1) == 1).all()
        )

    def along(self, axis: int) -> Vector:
        """Index along one axis, (rows, columns); thin where it does not change."""
        row, column = np.arange(self.shape[0])[:, None], np.arange(self.shape[1])[None, :]
        place: Vector = np.full((1, 1), self.start[axis], np.float64)
        if abs(self.down[axis]) > _THIN:
            place = place + row * self.down[axis]
        if abs(self.across[axis]) > _THIN:
            place = place + column * self.across[axis]
        return place


def weights(fraction: Vector) -> NDArray[np.float32]:
    """(4, ...) shares of the values at -1, 0, 1 and 2 at a place `fraction` of the way from 0 to 1."""
    t = fraction
    return np.stack(
        [
            ((-0.5 * t + 1.0) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1.0,
            ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t,
        ]
    ).astype(np.float32)


def interpolated(
    values: Array, at: Lattice, *, padding: float | None = None, is_stale: IsStale = lambda: False
) -> NDArray[np.float32] | None:
    """(rows, columns[, colours]) values on a lattice; None where it became stale.

    The outermost values go on beyond the edge. Where one of the values is padding or no number, the nearest
    value stands by itself: nothing of what was not scanned is mixed into what was.
    """
    parts = []
    for first in range(0, at.shape[0], _ROWS):
        if is_stale():
            return None
        parts.append(_block(values, at.rows(first, first + _ROWS), padding))
    return np.concatenate(parts)


def _block(values: Array, at: Lattice, padding: float | None) -> NDArray[np.float32]:
    places = [at.along(axis) for axis in range(len(at.start))]
    total, odd = (_straight if at.is_straight else _askew)(values, at, padding)
    if odd is None or not odd.any():
        return total
    nearest = values[_within(values, [np.floor(place + 0.5).astype(np.intp) for place in places])]
    return np.where(odd, nearest, total).astype(np.float32)


def _straight(values: Array, at: Lattice, padding: float | None) -> tuple[NDArray[np.float32], Mask | None]:
    """Along the rows and columns of a picture, or turned by a right angle: first one axis, then the other."""
    total, odd = values, _odd(values, padding, axes=2)
    for axis in range(2):
        place = at.along(axis).ravel()
        taps = _taps(place, values.shape[axis])
        shape = [-1 if own == axis else 1 for own in range(values.ndim)]
        shares = weights(place - np.floor(place)).reshape(4, *shape)
        total = sum(share * np.take(total, tap, axis) for share, tap in zip(shares, taps, strict=True))
        if odd is not None:
            odd = np.logical_or.reduce([np.take(odd, tap, axis) for tap in taps])
    if at.is_turned:
        return total.swapaxes(0, 1), None if odd is None else odd.T
    return total, odd


def _askew(values: Array, at: Lattice, padding: float | None) -> tuple[NDArray[np.float32], Mask | None]:
    """Along no axis: every sample from all its neighbours at once."""
    axes = len(at.start)
    places = [at.along(axis) for axis in range(axes)]
    taps = [_taps(place, size) for place, size in zip(places, values.shape, strict=False)]
    shares = [weights(place - np.floor(place)) for place in places]
    colours = values.shape[axes:]
    total, odd = np.zeros(at.shape + colours, np.float32), np.zeros(at.shape, bool)
    for numbers in product(range(4), repeat=axes):
        found = values[tuple(taps[axis][number] for axis, number in enumerate(numbers))]
        share = np.ones((1, 1), np.float32)
        for axis, number in enumerate(numbers):
            share = share * shares[axis][number]
        total += (share[..., None] if colours else share) * found
        if (here := _odd(found, padding, axes=2)) is not None:
            odd |= here
    return total, odd


def _taps(place: Vector, size: int) -> list[NDArray[np.intp]]:
    """Where the four values are that a place is made of; the outermost go on beyond the edge."""
    below = np.floor(place).astype(np.intp)
    return [np.clip(below + step, 0, size - 1) for step in (-1, 0, 1, 2)]


def _within(values: Array, index: list[NDArray[np.intp]]) -> tuple[NDArray[np.intp], ...]:
    return tuple(np.clip(i, 0, size - 1) for i, size in zip(index, values.shape, strict=False))


def _odd(found: Array, padding: float | None, *, axes: int) -> Mask | None:
    """Padding, or no number: neither mixes with others. None where there is no such thing."""
    if found.ndim > axes:
        return None  # colours
    odd = found == padding if padding is not None else None
    if found.dtype.kind == "f":
        return ~np.isfinite(found) if odd is None else odd | ~np.isfinite(found)
    return odd
