"""Lengths, angles and areas, by laws that hold for all of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from app.viewer.measurements.geometry import angle_deg, area, cobb_deg, inside, length, outline, simplified
from app.viewer.measurements.measurement import Kind

NUMBERS = st.floats(-200, 200, allow_nan=False, width=32)
POINTS = st.lists(st.tuples(NUMBERS, NUMBERS, NUMBERS), min_size=4, max_size=4).map(np.array)
TURNS = st.tuples(*[st.floats(-180, 180)] * 3).map(lambda a: Rotation.from_euler("xyz", a, degrees=True))


def ellipse(centre, half_a, half_b):
    return np.array([centre - half_a, centre + half_a, centre - half_b, centre + half_b])


@settings(max_examples=60, deadline=None)
@given(POINTS, TURNS, st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_no_length_angle_or_area_changes_when_the_patient_turns_and_moves(points, turn, offset):
    moved = turn.apply(points) + offset
    assert length(moved[0], moved[1]) == pytest.approx(length(points[0], points[1]), abs=1e-6)
    for kind in (Kind.ELLIPSE, Kind.RECTANGLE):
        assert area(kind, moved) == pytest.approx(area(kind, points), rel=1e-6, abs=1e-4)
    arms = np.linalg.norm(points[[0, 2]] - points[1], axis=1)
    if arms.min() > 1e-3:
        assert angle_deg(moved) == pytest.approx(angle_deg(points), abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(POINTS)
def test_a_cobb_angle_does_not_know_which_end_of_a_line_comes_first(points):
    turned = points[[1, 0, 2, 3]]
    assert cobb_deg(turned) == pytest.approx(cobb_deg(points), abs=1e-6)
    assert 0 <= cobb_deg(points) <= 90


def test_known_figures():
    corner = np.array([(10, 0, 0), (0, 0, 0), (0, 7, 0)], float)
    assert angle_deg(corner) == pytest.approx(90)
    square = np.array([(0, 0, 5), (4, 0, 5), (4, 3, 5), (0, 3, 5)], float)
    assert area(Kind.RECTANGLE, square) == pytest.approx(12)
    round_one = ellipse(np.zeros(3), np.array([5.0, 0, 0]), np.array([0, 2.0, 0]))
    assert area(Kind.ELLIPSE, round_one) == pytest.approx(np.pi * 10)
    assert angle_deg(np.zeros((3, 3))) == 0


def test_an_outline_lies_on_its_ellipse_and_has_nearly_its_area():
    points = ellipse(np.array([3.0, -2, 7]), np.array([5.0, 1, 0]), np.array([-0.4, 2.0, 0]))
    line = outline(Kind.ELLIPSE, points)
    assert area(Kind.FREEHAND, line) == pytest.approx(area(Kind.ELLIPSE, points), rel=2e-3)


@pytest.mark.parametrize("kind", [Kind.ELLIPSE, Kind.RECTANGLE])
def test_a_region_without_width_holds_nothing(kind):
    points = np.array([(0, 0), (5, 0), (0, 0), (5, 0)], float)
    assert not inside(kind, points, np.array([(1.0, 0.0)])).any()


def test_a_simplified_line_stays_within_its_tolerance():
    along = np.linspace(0, 6, 400)
    line = np.column_stack([along * 20, 40 * np.sin(along)])
    short = simplified(line, 0.35)
    assert len(short) < 60
    assert np.array_equal(short[[0, -1]], line[[0, -1]])
    from scipy.interpolate import interp1d

    drawn = interp1d(short[:, 0], short[:, 1])(line[:, 0])
    assert np.abs(drawn - line[:, 1]).max() < 0.35 * 3  # upright, which is more than across the line
