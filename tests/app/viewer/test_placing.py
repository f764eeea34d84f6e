"""From picture to screen and back, under every turn and flip."""

from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF

from app.viewer.gestures import flipped_across, flipped_down, turned
from app.viewer.look import Look
from app.viewer.picture_plane import plane_of_affine
from app.viewer.placing import centred_on, screen_directions_lps, screen_transform, to_pixel, to_screen
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine

SIZE = QSizeF(640, 480)
LOOKS = [
    Look(quarter_turns=t, flip_across=a, flip_down=d, zoom=z, pan_mm=(4, -3))
    for t, a, d, z in product(range(4), (False, True), (False, True), (1.0, 2.7))
]


@pytest.fixture
def plane():
    return plane_of_affine(affine(OBLIQUE), 4, (20, 24))


@pytest.mark.parametrize("look", LOOKS)
def test_a_pixel_comes_back_from_the_screen(plane, look):
    transform = screen_transform(plane, look, SIZE)
    pixel = np.array([3.25, 17.5])
    assert np.allclose(to_pixel(transform, to_screen(transform, pixel)), pixel)


@pytest.mark.parametrize("look", LOOKS)
def test_directions_agree_with_where_points_go(plane, look):
    transform = screen_transform(plane, look, SIZE)
    right, down = screen_directions_lps(plane, look)
    for direction, (x, y) in ((right, (1, 0)), (down, (0, 1))):
        ends = [
            to_screen(transform, plane.to_pixels(plane.centre_lps_mm + mm * direction)[:2]) for mm in (0, 5)
        ]
        moved = ends[1] - ends[0]
        length = np.hypot(moved.x(), moved.y())
        assert (moved.x() / length, moved.y() / length) == pytest.approx((x, y), abs=1e-9)


def test_a_fitted_picture_fills_the_view_in_true_proportion(plane):
    transform = screen_transform(plane, Look(), SIZE)  # 20 x 1.5 mm by 24 x 1 mm
    top, bottom = to_screen(transform, np.array([-0.5, 11.5])), to_screen(transform, np.array([19.5, 11.5]))
    left, right = to_screen(transform, np.array([9.5, -0.5])), to_screen(transform, np.array([9.5, 23.5]))
    assert (top.y(), bottom.y()) == pytest.approx((0, 480))
    assert (right.x() - left.x()) / (bottom.y() - top.y()) == pytest.approx(24 / 30)


@pytest.mark.parametrize("look", LOOKS)
def test_turns_and_flips_are_those_of_the_screen(plane, look):
    pixel = np.array([2.0, 20.0])

    def offset(changed):
        spot = to_screen(screen_transform(plane, changed, QSizeF(500, 500)), pixel) - QPointF(250, 250)
        scale = 500 / 30 * look.zoom  # a square view fits the longer side, turned or not
        return round(spot.x() / scale, 6), round(spot.y() / scale, 6)

    x, y = offset(look)
    assert offset(turned(look, 1)) == pytest.approx((-y, x), abs=1e-5)
    assert offset(flipped_across(look)) == pytest.approx((-x, y), abs=1e-5)
    assert offset(flipped_down(look)) == pytest.approx((x, -y), abs=1e-5)


def test_a_picture_can_be_centred_on_a_pixel():
    plane = plane_of_affine(affine(UPRIGHT), 0, (20, 24))
    look = centred_on(plane, Look(zoom=3, quarter_turns=1), np.array([5.0, 2.0]))
    assert to_screen(screen_transform(plane, look, SIZE), np.array([5.0, 2.0])) == QPointF(320, 240)
