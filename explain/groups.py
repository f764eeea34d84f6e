"""Groups of neighbouring elements, for series with too many to be hidden one by one. Free of torch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.place import Place

Labels = NDArray[np.int64]


def boxes(place: Place, at_most: int) -> Labels:
    """(n,) label of the box of neighbours that each element is in; boxes stay as close to cubes as can be."""
    edge = np.ones(3, np.int64)  # of a box, in elements
    labels = np.arange(len(place))
    while labels.max(initial=0) >= at_most:
        edge[int(np.argmin(edge * np.array(place.size_mm)))] *= 2
        _, labels = np.unique(place.index // edge, axis=0, return_inverse=True)
        labels = labels.reshape(-1)
    return labels.astype(np.int64)


def split(labels: Labels, strengths: NDArray[np.float64], at_most: int, place: Place | None = None) -> Labels:
    """Labels in which the strongest groups fall into single elements, as many as `at_most` labels allow.

    With `place` the first group that does not fit falls into smaller boxes of neighbours.
    """
    sizes = np.bincount(labels)
    fine, room = labels.copy(), at_most - len(sizes)
    for group in np.argsort(-strengths, kind="stable"):
        members = np.flatnonzero(labels == group)
        pieces = np.arange(len(members))
        whole = len(members) - 1 <= room
        if not whole:
            if place is None or room < 1:
                break
            pieces = boxes(replace(place, index=place.index[members]), room + 1)
        firsts = np.unique(pieces, return_index=True)[1]
        fine[members] = len(sizes) + members[firsts[pieces]]
        room -= int(pieces.max())
        if not whole:
            break
    return np.unique(fine, return_inverse=True)[1].reshape(-1).astype(np.int64)
