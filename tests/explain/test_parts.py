"""Labels and elements."""

from __future__ import annotations

import numpy as np
import pytest

from explain.parts import by_unit, label_of, starts, sums, unit_and_element
from tests.explain.toys import place

PLACES = (place(4), place(1, 1), place(3, 2))


def test_a_label_leads_to_its_element_and_back():
    for label in range(8):
        assert label_of(*unit_and_element(label, PLACES), PLACES) == label
    assert unit_and_element(4, PLACES) == (1, 0)


@pytest.mark.parametrize("label", [-1, 8])
def test_padding_is_no_element(label):
    with pytest.raises(ValueError, match="no element"):
        unit_and_element(label, PLACES)


def test_elements_are_cut_by_unit():
    assert [len(piece) for piece in by_unit(np.arange(8), PLACES)] == [4, 1, 3]
    assert starts(PLACES).tolist() == [0, 4, 5, 8]


def test_values_add_up_by_label_and_padding_is_left_out():
    labels = np.array([[0, 0, 7], [-1, 3, -1]])
    found = sums({"x": np.array([[1.0, 2, 4], [8, 16, 32]])}, {"x": labels}, PLACES)
    assert found.tolist() == [3, 0, 0, 16, 0, 0, 0, 4]
