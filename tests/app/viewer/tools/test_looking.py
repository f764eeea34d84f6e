"""Tools that change how a picture is looked at."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Interpolation, Look, Texts, Tool
from app.viewer.placing import to_pixel
from app.viewer.profiles import profile_called
from app.viewer.slice_view import SliceView
from app.viewer.tools.magnifier import RADIUS_PX, TIMES
from app.viewer.tools.region_window import cut_out
from inference.imaging.study import Window
from tests.app.viewer.tools.test_measure import LEFT, PLAIN, stroke


@pytest.fixture
def view(qtbot, oblique):
    look = Look(slice_index=5, window=Window(0, 300), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    view = SliceView(volume_exhibit(oblique), look)
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    return view


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("angle", [0.0, 30.0])
def test_a_box_windows_what_lies_inside_however_the_picture_is_turned(view, turns, angle):
    view.adjust(quarter_turns=turns, angle_deg=angle)
    view.tool = Tool.REGION_WINDOW
    scene = view.scene()
    pixels = view.slice_picture.pixels(view.exhibit, view.look)
    rows, columns = np.indices(pixels.shape)
    spots = [
        scene.transform.map(QPointF(c + 0.5, r + 0.5)) for r, c in zip(rows.flat, columns.flat, strict=True)
    ]
    inside = np.array([150 <= s.x() <= 260 and 140 <= s.y() <= 250 for s in spots]).reshape(pixels.shape)
    stroke(view, (150, 140), (200, 200), (260, 250))
    low, high = np.percentile(pixels[inside], (1, 99))
    assert (view.look.window.centre, view.look.window.width) == pytest.approx(((low + high) / 2, high - low))
    assert view.in_use == []


def test_a_click_with_the_box_changes_nothing(view):
    view.tool = Tool.REGION_WINDOW
    QTest.mouseClick(view, LEFT, PLAIN, QPoint(200, 200))
    assert view.look.window == Window(0, 300)


def test_turning_follows_the_pointer_round_the_middle(view):
    view.tool = Tool.TURN
    stroke(view, (300, 200), (280, 260), (200, 300))
    assert view.look.angle_deg == pytest.approx(90, abs=0.5)


def test_the_loupe_shows_what_lies_under_the_pointer_larger_and_leaves(view):
    bare = image_to_array(view.grab().toImage())
    view.tool = Tool.MAGNIFIER
    QTest.mousePress(view, LEFT, PLAIN, QPoint(200, 200))
    larger = image_to_array(view.grab().toImage())
    away = int(RADIUS_PX * 0.6)
    assert (
        np.abs(larger[200, 200 + away, :3].astype(int) - bare[200, 200 + round(away / TIMES), :3]).max() <= 1
    )
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(200, 200))
    assert np.array_equal(image_to_array(view.grab().toImage()), bare)


def test_a_profile_says_what_buttons_do(view):
    view.profile = profile_called("pacs")
    QTest.mousePress(view, Qt.MouseButton.RightButton, PLAIN, QPoint(200, 200))
    QTest.mouseMove(view, QPoint(260, 200))
    QTest.mouseRelease(view, Qt.MouseButton.RightButton, PLAIN, QPoint(260, 200))
    assert view.look.window.width > 300
    assert view.look.zoom == 1


def test_a_profile_says_which_way_is_brighter(view):
    view.profile = profile_called("slicer")
    stroke(view, (200, 200), (200, 260))
    assert view.look.window.centre > 0


def test_what_is_cut_out_is_what_the_screen_shows(view):
    from PySide6.QtCore import QRectF

    pixels = view.slice_picture.pixels(view.exhibit, view.look)
    spot = to_pixel(view.scene().transform, QPointF(210, 190)).round().astype(int)
    centre = view.scene().transform.map(QPointF(spot[1] + 0.5, spot[0] + 0.5))
    around = QRectF(centre.x() - 0.5, centre.y() - 0.5, 1, 1)
    assert cut_out(view.scene(), pixels, around).tolist() == [pixels[spot[0], spot[1]]]
