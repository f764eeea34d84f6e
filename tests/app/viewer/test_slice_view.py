"""What a view draws, and what the mouse says."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from scipy.ndimage import map_coordinates

from app.viewer.exhibit import picture_exhibit, volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Interpolation, Look, Plane, Texts, Tool
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from inference.imaging.intensity import apply_window
from inference.imaging.study import Window
from inference.imaging.volume import Picture
from tests.app.viewer.patients import OBLIQUE, affine, placed_volume, study_of

BARE = Look(slice_index=5, window=Window(0, 300), texts=Texts.NONE, interpolation=Interpolation.NEAREST)


def shown(qtbot, exhibit, look=BARE, size=(400, 400)):
    view = SliceView(exhibit, look)
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    return view


@pytest.fixture
def view(qtbot, oblique):
    return shown(qtbot, volume_exhibit(oblique))


def drag(view, button, start, end, modifier=Qt.KeyboardModifier.NoModifier):
    from pytestqt.qtbot import QtBot

    QtBot.mousePress(view, button, modifier, QPoint(*start))
    for share in (0.3, 0.7, 1.0):
        spot = QPoint(*(round(a + (b - a) * share) for a, b in zip(start, end, strict=True)))
        QtBot.mouseMove(view, spot)
    QtBot.mouseRelease(view, button, modifier, QPoint(*end))


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("turns", [0, 1])
def test_drawn_pixels_are_those_of_an_independent_rendering(qtbot, oblique, plane, turns):
    look = replace(BARE, plane=plane, slice_index=9, quarter_turns=turns, flip_across=True)
    view = shown(qtbot, volume_exhibit(oblique), look)
    drawn = image_to_array(view.grab().toImage())[..., 0]
    shape, here = view.plane.shape, view.scene()
    rng = np.random.default_rng(0)
    compared = 0
    for pixel in rng.integers((0, 0), shape, (200, 2)):
        voxel = oblique.to_index(view.plane.to_lps_mm(pixel))
        if np.any(voxel < 0) or np.any(voxel > np.array(oblique.shape) - 1):
            continue
        value = map_coordinates(oblique.voxels.astype(np.float64), voxel[:, None], order=1)
        spot = to_screen(here.transform, pixel)
        expected = int(apply_window(value, look.window)[0])
        assert abs(int(drawn[int(spot.y()), int(spot.x())]) - expected) <= 1
        compared += 1
    assert compared > 10


def test_a_smooth_picture_shrinks_without_losing_thin_lines(qtbot):
    pixels = np.zeros((2000, 2000), np.int16)
    pixels[::8] = 800
    view = shown(qtbot, picture_exhibit(Picture(pixels)), Look(window=Window(400, 801), texts=Texts.NONE))
    drawn = image_to_array(view.grab().toImage())[100:300, 100:300, 0]
    assert abs(float(drawn.mean()) - 255 / 8) < 8
    assert drawn.std() < 40  # an even grey, not a moire


def test_dragging_right_and_down_windows(view):
    drag(view, Qt.MouseButton.LeftButton, (100, 100), (160, 140))
    assert view.look.window.width > 300
    assert view.look.window.centre < 0


def test_the_middle_button_pans_and_the_right_one_zooms(view):
    drag(view, Qt.MouseButton.MiddleButton, (100, 100), (160, 140))
    assert view.look.pan_mm[0] > 0
    drag(view, Qt.MouseButton.RightButton, (100, 200), (100, 120))
    assert view.look.zoom > 1


def test_the_left_button_does_what_the_tool_says(view):
    view.tool = Tool.PAN
    drag(view, Qt.MouseButton.LeftButton, (100, 100), (160, 140))
    assert view.look.window == BARE.window
    assert view.look.pan_mm != (0, 0)


def test_a_right_click_asks_for_the_menu_and_a_drag_does_not(view, qtbot):
    with qtbot.waitSignal(view.menu_requested, timeout=500):
        qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=QPoint(50, 50))
    with qtbot.assertNotEmitted(view.menu_requested):
        drag(view, Qt.MouseButton.RightButton, (100, 200), (100, 120))


def wheel(view, notches, modifiers=Qt.KeyboardModifier.NoModifier):
    where = QPointF(120, 80)
    event = QWheelEvent(
        where, where, QPoint(), QPoint(0, notches * 120), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    from PySide6.QtCore import QCoreApplication

    QCoreApplication.sendEvent(view, event)


def test_the_wheel_scrolls_and_with_control_it_zooms(view):
    wheel(view, -2)
    assert view.look.slice_index == 7
    wheel(view, 1, Qt.KeyboardModifier.ControlModifier)
    assert (view.look.slice_index, view.look.zoom > 1) == (7, True)


def test_the_crosshair_is_asked_for_where_the_pointer_is(view, qtbot):
    with qtbot.waitSignal(view.crosshair_moved) as asked:
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(123, 231))
    scene = view.scene()
    spot = to_screen(scene.transform, scene.plane.to_pixels(asked.args[0])[:2])
    assert (spot.x(), spot.y()) == pytest.approx((123, 231))


def test_the_probe_says_value_and_place(view, qtbot):
    scene = view.scene()
    spot = to_screen(scene.transform, np.array([10.0, 12.0]))
    with qtbot.waitSignal(view.probed) as probed:
        qtbot.mouseMove(view, QPoint(round(spot.x()), round(spot.y())))
    value = float(probed.args[0].value.split()[0])
    assert value == pytest.approx(float(view.exhibit.volume.voxels[5, 10, 12]), rel=1e-3, abs=0.5)
    assert probed.args[0].place.endswith("mm · i 12 j 10 k 5")


def test_a_missing_picture_is_asked_for_once(qtbot):
    volume = placed_volume(affine(OBLIQUE))
    study, display_set = study_of(volume)
    exhibit = picture_exhibit(Picture(volume.voxels[3]), study, display_set, index=3)
    view = shown(qtbot, exhibit, Look(slice_index=3))
    asked = []
    view.picture_needed.connect(asked.append)
    view.step(1)
    for _ in range(3):
        view.grab()
    assert asked == [4]


def test_a_look_beyond_the_stack_ends_at_its_last_slice(view):
    view.adjust(slice_index=99)
    assert view.look.slice_index == 11


def test_an_unchanged_look_says_nothing(view, qtbot):
    with qtbot.assertNotEmitted(view.look_changed):
        view.adjust(zoom=1.0)
