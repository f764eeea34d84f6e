"""The cubic is the Catmull-Rom spline of scipy's Hermite pieces; padding is not mixed in; it gives way."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import CubicHermiteSpline

from app.viewer.cubic import Lattice, interpolated, weights


def along(values, places, axis):
    """Hermite pieces whose slope at a value is half the way from the one before to the one after."""
    values = np.moveaxis(values.astype(float), axis, 0)
    edges = np.concatenate([values[:1], values[:1], values, values[-1:], values[-1:]])
    slopes = (edges[2:] - edges[:-2]) / 2
    spline = CubicHermiteSpline(np.arange(-1, len(values) + 1), edges[1:-1], slopes, axis=0)
    return np.moveaxis(spline(places), 0, axis)


@pytest.fixture
def picture():
    return np.random.default_rng(3).integers(-1000, 3000, (14, 17)).astype(np.int16)


def test_a_picture_enlarged_straight_is_that_of_the_reference(picture):
    at = Lattice(np.array([-0.3, 0.2]), np.array([0.21, 0]), np.array([0, 0.17]), (60, 90))
    rows, columns = -0.3 + 0.21 * np.arange(60), 0.2 + 0.17 * np.arange(90)
    expected = along(along(picture, rows, 0), columns, 1)
    assert np.allclose(interpolated(picture, at), expected, atol=0.05)


def test_a_picture_turned_by_any_angle_is_that_of_the_reference_at_every_place(picture):
    at = Lattice(np.array([3.0, 4.0]), np.array([0.2, -0.05]), np.array([0.05, 0.2]), (25, 30))
    found = interpolated(picture, at)
    for row, column in ((0, 0), (7, 21), (24, 29), (12, 3)):
        place = at.start + row * at.down + column * at.across
        expected = along(along(picture, np.array(place[:1]), 0), np.array(place[1:]), 1)[0, 0]
        assert found[row, column] == pytest.approx(expected, abs=0.05)


def test_a_plane_askew_through_a_volume_is_that_of_the_reference():
    volume = np.random.default_rng(4).normal(0, 500, (9, 10, 11)).astype(np.float32)
    at = Lattice(np.array([2.0, 2.5, 1.0]), np.array([0.1, 0.2, 0.05]), np.array([-0.02, 0.1, 0.2]), (20, 24))
    found = interpolated(volume, at)
    for row, column in ((0, 0), (11, 13), (19, 23)):
        k, j, i = (at.start + row * at.down + column * at.across)[:, None]
        expected = along(along(along(volume, k, 0), j, 1), i, 2)[0, 0, 0]
        assert found[row, column] == pytest.approx(expected, abs=0.05)


def test_it_goes_through_every_stored_value_and_overshoots_beside_a_step():
    step = np.repeat([0, 0, 0, 100, 100, 100], 6).reshape(6, 6).astype(np.uint8)
    whole = interpolated(step, Lattice(np.zeros(2), np.array([1.0, 0]), np.array([0, 1.0]), (6, 6)))
    assert np.array_equal(whole, step)
    fine = interpolated(step, Lattice(np.zeros(2), np.array([0.25, 0]), np.array([0, 0.25]), (21, 21)))
    assert fine.min() < -5
    assert fine.max() > 105  # not hidden


def test_the_four_shares_make_one():
    assert np.allclose(weights(np.linspace(0, 1, 33)).sum(axis=0), 1)


def test_padding_and_what_is_no_number_are_not_mixed_into_what_was_scanned():
    scanned = np.full((8, 8), 50.0, np.float32)
    scanned[:, :3] = -2000.0
    scanned[6, 6] = np.nan
    at = Lattice(np.zeros(2), np.array([0.2, 0]), np.array([0, 0.2]), (36, 36))
    found = interpolated(scanned, at, padding=-2000.0)
    assert set(np.unique(found[np.isfinite(found)]).round(3)) == {-2000.0, 50.0}
    assert np.isnan(found[30, 30])
    assert np.isnan(found).sum() == 25  # the pixel itself, five samples wide


def test_colours_are_interpolated_each_for_itself(picture):
    at = Lattice(np.array([1.0, 1.0]), np.array([0.3, 0]), np.array([0, 0.3]), (20, 20))
    colours = np.stack([picture, picture[::-1], picture[:, ::-1]], axis=-1).astype(np.float32)
    found = interpolated(colours, at)
    for channel in range(3):
        assert np.allclose(found[..., channel], interpolated(colours[..., channel], at), atol=0.05)


def test_what_became_stale_is_given_up(picture):
    asked = []

    def is_stale():
        asked.append(1)
        return len(asked) > 2

    at = Lattice(np.zeros(2), np.array([0.01, 0]), np.array([0, 0.1]), (400, 40))
    assert interpolated(picture, at, is_stale=is_stale) is None
    assert len(asked) == 3
