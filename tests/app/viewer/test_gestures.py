"""What dragging does."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF

from app.viewer import gestures
from app.viewer.grey import grey
from app.viewer.look import Look
from app.viewer.picture_plane import plane_of_affine
from app.viewer.placing import screen_transform, to_pixel
from inference.imaging.study import Window
from tests.app.viewer.patients import OBLIQUE, affine

SIZE = QSizeF(640, 480)
LOOK = Look(window=Window(40, 400))


@pytest.fixture
def plane():
    return plane_of_affine(affine(OBLIQUE), 4, (20, 24))


def test_dragging_right_widens_the_window():
    assert gestures.windowed(LOOK, QPointF(50, 0)).window.width > 400


def test_dragging_down_makes_the_picture_brighter():
    before, after = (
        grey(np.int16([[60]]), w)[0, 0] for w in (LOOK.window, gestures.windowed(LOOK, QPointF(0, 50)).window)
    )
    assert after > before


def test_a_window_never_closes():
    assert gestures.windowed(LOOK, QPointF(-5000, 0)).window.width > 0


def test_what_lies_under_the_pointer_stays_there_when_zooming(plane):
    anchor, look = QPointF(100, 333), Look(quarter_turns=1, flip_down=True, pan_mm=(3, 4))
    closer = gestures.zoomed(look, 2.5, anchor, plane, SIZE)
    pixels = [to_pixel(screen_transform(plane, each, SIZE), anchor) for each in (look, closer)]
    assert np.allclose(*pixels)


def test_the_picture_follows_the_pointer_when_panning(plane):
    look = Look(quarter_turns=3, flip_across=True, zoom=2)
    moved = gestures.panned(look, QPointF(30, -12), plane, SIZE)
    before = to_pixel(screen_transform(plane, look, SIZE), QPointF(200, 200))
    assert np.allclose(to_pixel(screen_transform(plane, moved, SIZE), QPointF(230, 188)), before)


def test_dragging_up_comes_closer():
    assert gestures.drag_zoom_factor(QPointF(0, -40)) > 1


@pytest.mark.parametrize(("steps", "expected"), [(3, 8), (-99, 0), (99, 11)])
def test_scrolling_stays_within_the_stack(steps, expected):
    assert gestures.scrolled(Look(slice_index=5), steps, 12).slice_index == expected


def test_four_turns_are_none():
    look = Look(pan_mm=(2, 5), flip_across=True)
    assert gestures.turned(look, 4) == look
