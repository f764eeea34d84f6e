"""A cubic is drawn at rest, after the window, where a picture is enlarged; elsewhere it is linear."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.viewer.cubic import TITLE
from app.viewer.exhibit import picture_exhibit, volume_exhibit
from app.viewer.fine_picture import between_words
from app.viewer.grey import image_to_array
from app.viewer.look import Interpolation, Look, Plane, Texts, Tool
from app.viewer.placing import to_pixel
from app.viewer.slice_view import SliceView
from inference.imaging.intensity import apply_window
from inference.imaging.study import Window
from inference.imaging.volume import Picture
from tests.app.viewer.test_cubic import along

WINDOW = Window(0, 300, shape="linear exact")
CUBIC = Look(window=WINDOW, texts=Texts.NONE, interpolation=Interpolation.CUBIC, zoom=1.7)


@pytest.fixture
def noise():
    return np.random.default_rng(7).integers(-140, 140, (40, 50)).astype(np.int16)


def shown(qtbot, exhibit, look, size=(400, 380)):
    view = SliceView(exhibit, look)
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    return view


def drawn(view):
    return image_to_array(view.grab().toImage())[..., 0]


def at_rest(qtbot, view):
    with qtbot.waitSignal(view.refining.refined, timeout=20000):
        view.grab()
    return drawn(view)


def expected_at(view, values, spot):
    """Shade of the screen pixel (x, y), by the splines of scipy."""
    row, column = to_pixel(view.scene().transform, QPointF(spot[0] + 0.5, spot[1] + 0.5))
    return apply_window(along(along(values, np.array([row]), 0), np.array([column]), 1), WINDOW)[0, 0]


@pytest.mark.parametrize("turned", [{}, {"quarter_turns": 1, "flip_across": True}, {"angle_deg": 24.0}])
def test_a_picture_at_rest_is_that_of_an_independent_rendering(qtbot, noise, turned):
    view = shown(qtbot, picture_exhibit(Picture(noise)), replace(CUBIC, **turned))
    found = at_rest(qtbot, view)
    spots = np.random.default_rng(1).integers((60, 60), (340, 320), (120, 2))
    for x, y in spots:
        assert abs(int(found[y, x]) - int(expected_at(view, noise, (x, y)))) <= 1


def test_a_plane_askew_is_cut_by_the_cubic_in_all_three_directions(qtbot, oblique):
    look = replace(CUBIC, plane=Plane.CORONAL, slice_index=9)
    view = shown(qtbot, volume_exhibit(oblique), look)
    found, compared = at_rest(qtbot, view), 0
    for x, y in np.random.default_rng(2).integers((40, 40), (360, 340), (200, 2)):
        pixel = to_pixel(view.scene().transform, QPointF(x + 0.5, y + 0.5))
        voxel = oblique.to_index(view.plane.to_lps_mm(pixel))
        if np.any(voxel < 0) or np.any(voxel > np.array(oblique.shape) - 1):
            continue
        value = oblique.voxels
        for axis in range(3):
            value = along(value, voxel[axis : axis + 1], axis)
        assert abs(int(found[y, x]) - int(apply_window(value, WINDOW)[0, 0, 0])) <= 1
        compared += 1
    assert compared > 20


def test_until_it_has_come_and_while_it_moves_the_picture_is_linear(qtbot, noise):
    exhibit = picture_exhibit(Picture(noise))
    view = shown(qtbot, exhibit, CUBIC)
    other = shown(qtbot, exhibit, replace(CUBIC, interpolation=Interpolation.LINEAR))
    linear = drawn(other)
    assert np.array_equal(drawn(view), linear)
    assert not np.array_equal(at_rest(qtbot, view), linear)
    for moved in (view, other):
        moved.adjust(zoom=2.0)
    assert np.array_equal(drawn(view), drawn(other))


def test_what_is_made_smaller_is_averaged_and_never_called_cubic(qtbot):
    pixels = np.zeros((2000, 2000), np.int16)
    pixels[::8] = 100
    view = shown(qtbot, picture_exhibit(Picture(pixels)), replace(CUBIC, zoom=1.0))
    assert between_words(view.scene()) == ""
    assert drawn(view)[100:300, 100:300].std() < 40


def test_thick_slices_cut_across_are_cubic_although_their_columns_are_a_little_shrunk(qtbot):
    pixels = np.random.default_rng(5).integers(-100, 100, (30, 500)).astype(np.int16)
    exhibit = picture_exhibit(Picture(pixels, pixel_spacing_mm=(6.0, 0.5)))
    view = shown(qtbot, exhibit, replace(CUBIC, zoom=1.0))
    assert between_words(view.scene()) == TITLE


def test_what_stands_between_the_pixels_is_said_in_the_corner(qtbot, noise):
    view = shown(qtbot, picture_exhibit(Picture(noise)), replace(CUBIC, texts=Texts.ALL))
    assert TITLE in view.furniture.corners(view.scene(), Texts.ALL).bottom_left
    view.adjust(interpolation=Interpolation.NEAREST)
    assert "pixels as they are" in view.furniture.corners(view.scene(), Texts.ALL).bottom_left
    view.adjust(interpolation=Interpolation.LINEAR)
    assert not any("pixel" in line for line in view.furniture.corners(view.scene(), Texts.ALL).bottom_left)


def test_the_loupe_shows_the_cubic_too(qtbot, noise):
    view = shown(qtbot, picture_exhibit(Picture(noise)), CUBIC)
    view.tool = Tool.MAGNIFIER
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(200, 190))
    transform = view.scene().transform
    found = drawn(view)
    for dx, dy in ((30, 12), (-45, 40), (9, -60)):
        under = QPointF(200 + (dx + 0.5) / 3, 190 + (dy + 0.5) / 3)  # three times as large
        row, column = to_pixel(transform, under)
        value = along(along(noise, np.array([row]), 0), np.array([column]), 1)
        assert abs(int(found[190 + dy, 200 + dx]) - int(apply_window(value, WINDOW)[0, 0])) <= 2
