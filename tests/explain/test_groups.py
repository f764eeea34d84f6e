"""Boxes of neighbours, and taking them apart."""

from __future__ import annotations

import numpy as np
import pytest

from explain.groups import boxes, split
from inference.place import Place


def block(shape: tuple[int, int, int], size_mm: tuple[float, float, float]) -> Place:
    index = np.argwhere(np.ones(shape, bool))
    return Place("set", "1.2", "Series", "", shape, index, np.diag((*size_mm, 1.0)))


def test_few_elements_stay_single():
    assert np.array_equal(boxes(block((2, 3, 4), (16, 32, 32)), 24), np.arange(24))


@pytest.mark.parametrize("at_most", [1, 10, 100])
def test_there_are_no_more_boxes_than_asked_for_and_all_elements_are_in_one(at_most):
    labels = boxes(block((20, 7, 7), (16, 32, 32)), at_most)
    assert len(labels) == 980
    assert set(labels) == set(range(labels.max() + 1))
    assert labels.max() < at_most


def test_boxes_are_filled_along_the_shortest_edge_first():
    place = block((8, 4, 4), (16, 32, 32))
    labels = boxes(place, 64)
    assert [len(set(place.index[labels == n, axis])) for axis in range(3) for n in (0,)] == [2, 1, 1]


def test_the_strongest_boxes_are_taken_apart_as_far_as_there_is_room():
    labels = np.repeat(np.arange(4), 3)
    fine = split(labels, np.array([0.0, 5, 1, 4]), at_most=8)
    assert [len(set(fine[labels == group])) for group in range(4)] == [1, 3, 1, 3]
    assert set(fine) == set(range(8))


def test_the_first_box_that_does_not_fit_falls_into_smaller_ones():
    place = block((4, 4, 4), (16, 16, 16))
    labels = boxes(place, 8)
    fine = split(labels, np.array([9.0, 5, 1, 1, 1, 1, 1, 1]), 20, place)
    assert [len(set(fine[labels == group])) for group in range(3)] == [8, 4, 1]
    halves = [place.index[fine == label] for label in set(fine[labels == 1])]
    assert all(np.ptp(half, axis=0).sum() == 1 for half in halves)  # two neighbours each
    assert set(fine) == set(range(18))


def test_without_room_nothing_is_taken_apart():
    labels = np.repeat(np.arange(4), 3)
    assert np.array_equal(split(labels, np.ones(4), at_most=4), labels)
