"""Pixels to millimetres and back."""

import numpy as np
import pytest

from app.viewer.picture_plane import intersection, plane_of_affine, unplaced_plane
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine


@pytest.fixture
def plane():
    return plane_of_affine(affine(OBLIQUE), 4, (20, 24))


def test_a_pixel_comes_back_from_the_patient(plane):
    pixels = np.array([(0.0, 0.0), (7.25, 3.5), (19.0, 23.0)])
    back = plane.to_pixels(plane.to_lps_mm(pixels))
    assert np.allclose(back[:, :2], pixels)
    assert np.allclose(back[:, 2], 0)


def test_in_front_is_along_the_normal(plane):
    point = plane.centre_lps_mm + 5 * plane.normal_lps
    assert plane.to_pixels(point)[2] == pytest.approx(5)


def test_spacing_follows_rows_and_columns(plane):
    assert plane.spacing_mm == pytest.approx((1.5, 1.0))
    assert plane.thickness_mm == pytest.approx(3.0)


def test_another_picture_cuts_along_points_that_lie_on_both(plane):
    other = plane_of_affine(affine(UPRIGHT), 6, (40, 40))
    ends = intersection(plane, other)
    assert ends is not None
    assert np.allclose(other.to_pixels(plane.to_lps_mm(ends))[:, 2], 0, atol=1e-9)


def test_parallel_pictures_do_not_cut(plane):
    assert intersection(plane, plane_of_affine(affine(OBLIQUE), 5, (20, 24))) is None


def test_without_a_spacing_lengths_are_pixels():
    plane = unplaced_plane((3, 4), None)
    assert (plane.placed, plane.calibrated, plane.spacing_mm) == (False, False, (1.0, 1.0))
