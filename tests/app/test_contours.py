"""Contours keep their shape when a person takes them in hand, and volumes follow them."""

from __future__ import annotations

import numpy as np
import pytest

from app.contours import Contour, ContourKey, area_mm2, editable, outlines_of, smooth_closed, spread
from inference.models.ventricle_geometry import SliceGeometry
from inference.models.ventricle_reading import VentricleReading, measured

RADIUS = 20.0
SLICES, PHASES, SIZE = 4, 6, 64


def circle(radius: float, count: int, centre=(5.0, -3.0, 40.0)) -> np.ndarray:
    angle = np.arange(count) / count * 2 * np.pi
    return np.stack([np.cos(angle), np.sin(angle), np.zeros(count)], axis=1) * radius + centre


def reading() -> VentricleReading:
    """A beating cylinder: 20 mm at rest, 14 mm at phase 3; slices 10 mm apart, pixels of 1 mm."""
    affines = np.stack([np.eye(4)[[2, 1, 0, 3]] for _ in range(SLICES)])
    affines[:, 2, 3] = 10.0 * np.arange(SLICES)
    geometry = SliceGeometry(affines, np.arange(PHASES) * 100.0, tuple(("d", n) for n in range(SLICES)))
    rows, columns = np.indices((SIZE, SIZE)) - SIZE / 2
    radii = np.where(np.arange(PHASES) == 3, 14.0, RADIUS)
    beat = np.stack([rows**2 + columns**2 <= r**2 for r in radii])
    return measured(np.stack([beat] * SLICES), geometry, caveat="trained on real data")


def test_a_smooth_curve_through_points_of_a_circle_is_that_circle():
    curve = smooth_closed(circle(RADIUS, 12))
    assert np.allclose(np.linalg.norm(curve - curve.mean(axis=0), axis=1), RADIUS, rtol=2e-3)
    assert area_mm2(curve) == pytest.approx(np.pi * RADIUS**2, rel=5e-3)


def test_an_area_does_not_depend_on_how_the_line_lies():
    turned = circle(RADIUS, 200) @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    assert area_mm2(turned) == pytest.approx(np.pi * RADIUS**2, rel=1e-3)


def test_points_are_spread_at_equal_distances():
    points = spread(circle(RADIUS, 400), 12)
    steps = np.linalg.norm(np.diff(np.vstack([points, points[:1]]), axis=0), axis=1)
    assert len(points) == 12
    assert np.ptp(steps) < 0.05 * steps.mean()


def test_volumes_of_the_model_are_those_of_its_reading():
    found = reading()
    curve = outlines_of(found, "study", "ventricle").curve({})
    assert np.allclose(curve.volume_ml, found.curve.volume_ml)
    assert (curve.diastole, curve.systole) == (found.curve.diastole, found.curve.systole)


def test_taking_a_contour_in_hand_keeps_its_area():
    outlines = outlines_of(reading(), "study", "ventricle")
    key = ContourKey("d", 1, 0)
    contour = editable(key, outlines.lines_of(key))
    assert contour is not None
    assert area_mm2(contour.line_lps_mm) == pytest.approx(outlines.areas_mm2[1, 0], rel=0.02)


def test_an_edited_contour_changes_its_slice_in_its_phase_alone():
    outlines = outlines_of(reading(), "study", "ventricle")
    key = ContourKey("d", 2, 3)
    before, after = outlines.curve({}), outlines.curve({key: Contour(key, circle(10.0, 12))})
    change = after.volume_ml - before.volume_ml
    assert change[3] == pytest.approx((np.pi * 100 - outlines.areas_mm2[2, 3]) * 10 / 1000, rel=0.01)
    assert np.allclose(np.delete(change, 3), 0)


def test_nothing_is_drawn_where_the_model_saw_nothing():
    outlines = outlines_of(reading(), "study", "ventricle")
    assert outlines.lines_of(ContourKey("other", 0, 0)) == ()
    assert outlines.lines_of(ContourKey("d", 0, 99)) == ()
    assert editable(ContourKey("d", 0, 0), ()) is None
