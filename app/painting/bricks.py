"""Labels of a volume in small bricks that are never changed: two states share what they have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from app.painting.boxes import Box, Shape

BRICK: Shape = (4, 64, 64)  # voxels; a stroke on one slice touches few of them
MOST_SEGMENTS = 255
Labels = NDArray[np.uint8]
Bricks = Mapping[Shape, Labels]
"""By place in the grid of bricks (k, j, i): read-only labels. A missing brick holds no segment."""


def box_of(place: Shape, shape: Shape) -> Box:
    """The voxels of a brick; the last ones are cut where the grid ends."""
    k, j, i = (n * size for n, size in zip(place, BRICK, strict=True))
    return Box((k, j, i), (k + BRICK[0], j + BRICK[1], i + BRICK[2])).within(shape)


def places_in(box: Box) -> Iterator[Shape]:
    """The bricks that a box touches."""
    if not box.is_empty:
        spans = zip(box.low, box.high, BRICK, strict=True)
        yield from product(*(range(low // size, (high - 1) // size + 1) for low, high, size in spans))


def taken(labels: Labels, box: Box, before: Bricks) -> dict[Shape, Labels]:
    """The bricks of `labels`, of which only `box` differs from `before`; what is the same stays the same."""
    after = dict(before)
    for place in places_in(box):
        part = labels[box_of(place, _shape(labels)).slices]
        old = before.get(place)
        if not part.any():
            after.pop(place, None)
        elif old is None or not np.array_equal(old, part):
            after[place] = frozen(part)
    return after


def differing(before: Bricks, after: Bricks) -> set[Shape]:
    """The places at which two states differ."""
    return {place for place in before.keys() | after.keys() if before.get(place) is not after.get(place)}


def put(labels: Labels, bricks: Bricks, places: Iterable[Shape]) -> None:
    """Write bricks, or emptiness, into labels."""
    for place in places:
        found = bricks.get(place)
        labels[box_of(place, _shape(labels)).slices] = 0 if found is None else found


def counted(parts: Iterable[Labels]) -> NDArray[np.int64]:
    """(256,) voxels of each label."""
    counts = np.zeros(MOST_SEGMENTS + 1, np.int64)
    for part in parts:
        counts += np.bincount(part.ravel(), minlength=MOST_SEGMENTS + 1)
    return counts


def frozen(part: Labels) -> Labels:
    """A copy that nobody can change."""
    kept = np.ascontiguousarray(part).copy()
    kept.setflags(write=False)
    return kept


def _shape(labels: Labels) -> Shape:
    k, j, i = labels.shape
    return k, j, i
