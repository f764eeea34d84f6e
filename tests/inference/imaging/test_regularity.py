"""Gaps, tilts and shifts of slice positions are found and said in words."""

from __future__ import annotations

import numpy as np
import pytest

from inference.imaging.regularity import judge, places_along

NORMAL = np.array([0.0, 0.0, 1.0])


def at(*heights_mm):
    return np.array([[0.0, 0.0, height] for height in heights_mm])


def test_even_slices_are_regular_and_say_nothing():
    assert judge(at(0, 2.5, 5, 7.5), NORMAL) == judge(at(0), NORMAL)


def test_positions_rounded_to_a_decimal_are_still_regular():
    assert judge(at(*np.round(np.arange(200) * 0.625, 1)), NORMAL).regular


@pytest.mark.parametrize("slices", [5, 100])
def test_one_missing_slice_is_named_with_its_place(slices):
    heights = [2.0 * k for k in range(slices) if k != 3]
    verdict = judge(at(*heights), NORMAL)
    assert not verdict.regular
    assert "between 4.0 and 8.0 mm (1 slice missing)" in verdict.warnings[0]


def test_a_gap_just_above_one_per_cent_is_noticed():
    heights = np.arange(20) * 5.0
    heights[10:] += 0.3
    assert not judge(at(*heights), NORMAL).regular


def test_distances_that_vary_are_given():
    verdict = judge(at(0, 3, 6, 9, 14, 19), NORMAL)
    assert "varies from 3.00 to 5.00 mm" in verdict.warnings[0]


def test_slices_that_slide_sideways_are_no_volume():
    positions = at(0, 1, 2, 3)
    positions[2, 0] = 4.0
    verdict = judge(positions, NORMAL)
    assert not verdict.regular
    assert "shifted" in verdict.warnings[0]


def test_a_tilt_is_measured_from_the_positions():
    positions = at(0, 1, 2, 3)
    positions[:, 1] = np.tan(np.radians(20)) * np.arange(4)
    verdict = judge(positions, NORMAL)
    assert verdict.regular
    assert "tilted by 20.0 degrees" in verdict.warnings[0]


def test_pictures_of_one_place_share_its_number():
    assert places_along(at(5, 0, 5, 2.5), NORMAL).tolist() == [2, 0, 2, 1]
