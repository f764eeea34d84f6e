"""Curves of opacity and colour: what moving a point, and the whole curve, does."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.viewer.transfer_curve import Curve, CurvePoint, curve_of, in_shares, under_curve
from app.viewer.volume_presets import preset_called, volume_presets

BONE = curve_of(preset_called("ct_bone"), (0.0, 1.0))


@pytest.mark.parametrize("preset", volume_presets(), ids=lambda p: p.key)
def test_a_curve_shows_what_the_tables_of_its_preset_show(preset):
    limits = (-200.0, 800.0)
    curve = curve_of(preset, limits)
    low, extent = (limits[0], 1000.0) if preset.scale == "relative" else (0.0, 1.0)
    for share, opacity in preset.opacity:
        assert curve.at(low + share * extent).opacity == pytest.approx(opacity)
    again = curve_of(under_curve(preset, curve), limits)
    assert [p.value for p in again.points] == pytest.approx([p.value for p in curve.points])


@given(number=st.integers(0, len(BONE.points) - 1), value=st.floats(-1e4, 1e4), opacity=st.floats(-2, 3))
def test_a_point_never_passes_its_neighbours(number, value, opacity):
    moved = BONE.moved(number, value, opacity)
    values = [p.value for p in moved.points]
    assert all(a < b for a, b in pairwise(values))
    assert all(0 <= p.opacity <= 1 for p in moved.points)


@given(level=st.floats(-5000, 5000), width=st.floats(0, 8000))
def test_shifting_and_stretching_keeps_the_order_and_reaches_what_was_asked_for(level, width):
    moved = BONE.windowed(level, width)
    values = [p.value for p in moved.points]
    assert all(a < b for a, b in pairwise(values))
    assert moved.level == pytest.approx(level, abs=1e-3)
    if width > 100:
        assert moved.width == pytest.approx(width)
    assert [p.opacity for p in moved.points] == [p.opacity for p in BONE.points]


def test_an_added_point_changes_nothing_until_it_is_moved_and_goes_again():
    more, number = BONE.added(400.0)
    assert len(more.points) == len(BONE.points) + 1
    assert more.at(350.0).opacity == pytest.approx(BONE.at(350.0).opacity)
    assert more.removed(number) == BONE


def test_two_points_always_stay():
    two = Curve((CurvePoint(0, 0, (0, 0, 0)), CurvePoint(1, 1, (1, 1, 1))))
    assert two.removed(0) == two


def test_a_preset_in_shares_of_a_range_means_the_same_in_that_range():
    limits = (100.0, 900.0)
    absolute = under_curve(preset_called("mr_head"), curve_of(preset_called("mr_head"), limits))
    back = in_shares(absolute, limits)
    assert back.scale == "relative"
    assert curve_of(back, limits).at(500.0).opacity == pytest.approx(
        curve_of(preset_called("mr_head"), limits).at(500.0).opacity
    )
