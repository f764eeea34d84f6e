"""Whether the strongest blocks stay."""

from __future__ import annotations

import numpy as np

from explain.stability import top_stability

EFFECTS = np.array([5.0, 4, 3, 0, 0, 0])
ALL = np.ones(6, bool)


def test_the_same_blocks_from_other_masks_pass():
    check = top_stability(EFFECTS, [np.array([[4.0, 5, 3], [5, 3, 4]]), np.zeros((2, 3))], ALL)
    assert (check.value, check.verdict) == (1.0, "pass")


def test_other_blocks_from_other_masks_fail():
    check = top_stability(EFFECTS, [np.zeros((2, 3)), np.array([[4.0, 5, 3], [5, 3, 4]])], ALL)
    assert (check.value, check.verdict) == (0.0, "fail")
    assert "do not rely" in check.text


def test_only_blocks_beyond_chance_are_counted():
    check = top_stability(EFFECTS, [np.array([[4.0, 0, 0], [5, 0, 0]]), np.ones((2, 3))], EFFECTS > 4)
    assert check.value == 1.0
    assert check.text.startswith("the strongest block ")


def test_series_may_have_different_numbers_of_estimates():
    check = top_stability(EFFECTS, [np.array([[5.0, 4, 3]]), np.zeros((4, 3))], ALL)
    assert check.value == 1.0
