"""Laws of the smooth closed line through points."""

import numpy as np
import pytest
from matplotlib.path import Path as Outline

from app.viewer.measurements.geometry import area, drawn_line, inside, outline
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space
from app.viewer.measurements.splines import closed_curve

POINTS = np.array([(0.0, 0.0), (40.0, -6.0), (52.0, 30.0), (50.0, 33.0), (10.0, 41.0)])


def barry_goldman(p0, p1, p2, p3, share):
    """The pyramid by which the curve is defined (Yuksel et al. 2011), knots at the root of the distance."""
    t = np.r_[0.0, np.cumsum([np.linalg.norm(b - a) ** 0.5 for a, b in ((p0, p1), (p1, p2), (p2, p3))])]
    now = t[1] + share * (t[2] - t[1])

    def between(low, high, a, b):
        return (t[high] - now) / (t[high] - t[low]) * a + (now - t[low]) / (t[high] - t[low]) * b

    first, second, third = between(0, 1, p0, p1), between(1, 2, p1, p2), between(2, 3, p2, p3)
    return between(1, 2, between(0, 2, first, second), between(1, 3, second, third))


def test_the_curve_is_the_centripetal_one_of_the_literature():
    curve = closed_curve(POINTS, samples=8)
    count = len(POINTS)
    expected = [
        barry_goldman(*(POINTS[(n + step) % count] for step in (-1, 0, 1, 2)), share / 8)
        for n in range(count)
        for share in range(8)
    ]
    assert np.allclose(curve, expected)


def test_every_point_is_on_the_curve_also_where_one_was_clicked_twice():
    doubled = np.vstack([POINTS[:2], POINTS[1:2], POINTS[2:]])
    assert np.allclose(closed_curve(doubled), closed_curve(POINTS))
    assert np.allclose(closed_curve(POINTS, samples=16)[::16], POINTS)


def test_points_on_a_circle_make_nearly_its_area():
    turn = np.linspace(0, 2 * np.pi, 13)[:-1]
    ring = np.column_stack([30 * np.cos(turn), 30 * np.sin(turn), np.zeros(12)])
    assert area(Kind.SPLINE, ring) == pytest.approx(np.pi * 900, rel=5e-3)


def test_a_larger_picture_of_the_points_has_the_same_curve():
    assert np.allclose(closed_curve(POINTS * 3.5 + 7), closed_curve(POINTS) * 3.5 + 7)


def test_fewer_than_three_points_are_no_curve():
    assert np.array_equal(closed_curve(POINTS[:2]), POINTS[:2])


def test_what_lies_inside_is_what_an_independent_polygon_says():
    spots = np.random.default_rng(1).uniform(-10, 60, (500, 2))
    flat = outline(Kind.SPLINE, np.column_stack([POINTS, np.zeros(5)]))[:, :2]
    expected = Outline(flat).contains_points(spots)
    assert np.array_equal(inside(Kind.SPLINE, POINTS, spots), expected)


def test_on_a_picture_with_long_pixels_the_line_is_smooth_in_millimetres():
    points = tuple((float(x), float(y), 0.0) for x, y in POINTS)
    made = Measurement("1", Kind.SPLINE, Site("", "", ""), Space.PICTURE, points, Scale("x", (2.0, 0.5)))
    expected = closed_curve(POINTS * (0.5, 2.0)) / (0.5, 2.0)
    assert np.allclose(drawn_line(made)[:, :2], expected)
