"""From `parts` labels to units and elements and back. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from inference.place import Place

Numbers = NDArray[np.float64]
Labels = Mapping[str, NDArray[np.int64]]


def starts(places: Sequence[Place]) -> NDArray[np.int64]:
    """(units + 1,) label of the first element of each unit, and one past the last label."""
    return np.concatenate(([0], np.cumsum([len(place) for place in places]))).astype(np.int64)


def unit_and_element(label: int, places: Sequence[Place]) -> tuple[int, int]:
    """Which unit and which element of it a label names; ValueError for padding."""
    bounds = starts(places)
    if not 0 <= label < bounds[-1]:
        raise ValueError(f"no element has the label {label}")
    unit = int(np.searchsorted(bounds, label, side="right")) - 1
    return unit, int(label - bounds[unit])


def label_of(unit: int, element: int, places: Sequence[Place]) -> int:
    """The label of one element of one unit."""
    return int(starts(places)[unit]) + element


def by_unit(values: NDArray[np.generic], places: Sequence[Place]) -> list[NDArray[np.generic]]:
    """Cut (..., all elements) into one array per unit."""
    return np.split(values, starts(places)[1:-1], axis=-1)


def sums(values: Mapping[str, Numbers], labels: Labels, places: Sequence[Place]) -> Numbers:
    """(all elements,) values added up by label over every tensor; padding is left out."""
    count = int(starts(places)[-1])
    total = np.zeros(count)
    for name, label in labels.items():
        real = label >= 0
        total += np.bincount(label[real], weights=values[name][real], minlength=count)[:count]
    return total
