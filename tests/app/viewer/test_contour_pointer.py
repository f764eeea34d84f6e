"""A contour is changed by dragging a point of it; everywhere else the mouse does what it does."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.contours import ContourKey, Outlines
from app.viewer.contour_pointer import ContourPointer
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.contours import ContourLayer, Drawn, on_screen
from app.viewer.look import Look, Texts
from app.viewer.slice_view import SliceView
from inference.imaging.study import Window
from tests.app.viewer.layers.test_moments import FRAMES, loop, shown_set

LEFT = Qt.MouseButton.LeftButton


def outlines() -> Outlines:
    """A circle of 12 mm on every phase but the last."""
    angle = np.arange(60) / 60 * 2 * np.pi
    line = np.stack([12 * np.cos(angle), 12 * np.sin(angle), np.full(60, 50.0)], axis=1)
    phases = tuple((line,) if n < FRAMES - 1 else () for n in range(FRAMES))
    areas = np.full((1, FRAMES), np.pi * 144)
    return Outlines(
        "s", "ventricle", (("loop", 0),), (phases,), areas, np.array([8.0]), np.arange(FRAMES) * 40.0
    )


@pytest.fixture
def view(qtbot):
    made = SliceView(cine_exhibit(loop(), None, shown_set()), Look(window=Window(1e6, 1), texts=Texts.NONE))
    layer = ContourLayer()
    layer.drawn = Drawn(outlines())
    made.layers.append(layer)
    made.contours = layer
    made.pointer = ContourPointer(made, layer)
    qtbot.addWidget(made)
    made.resize(400, 400)
    made.show()
    return made


def drag(view, start, by):
    QTest.mousePress(view, LEFT, pos=start)
    QTest.mouseMove(view, start + by)
    QTest.mouseRelease(view, LEFT, pos=start + by)


def test_the_model_draws_in_orange_and_only_where_it_saw_a_cavity(view):
    red, blue = (image_to_array(view.grab().toImage())[..., c].astype(int) for c in (0, 2))
    assert ((red > 200) & (blue < 120)).sum() > 100
    view.adjust(slice_index=FRAMES - 1)
    assert image_to_array(view.grab().toImage())[..., :3].max() < 10


def test_a_dragged_point_gives_a_new_contour_at_its_place(view, qtbot):
    view.contours.editing = True
    point = on_screen(view.scene(), view.contours.movable(view.scene()).controls_lps_mm)[0].toPoint()
    with qtbot.waitSignal(view.pointer.edited) as told:
        drag(view, point, QPoint(30, 0))
    contour = told.args[0]
    assert contour.key == ContourKey("loop", 0, view.look.slice_index)
    assert on_screen(view.scene(), contour.controls_lps_mm)[0].x() == pytest.approx(point.x() + 30, abs=1)
    assert view.look.window == Window(1e6, 1)


def test_a_persons_contour_is_green(view):
    view.contours.editing = True
    contour = view.contours.movable(view.scene())
    view.contours.drawn = Drawn(outlines(), {contour.key: contour})
    red, green, blue = (image_to_array(view.grab().toImage())[..., c].astype(int) for c in range(3))
    assert ((green > 180) & (blue > 150) & (red < 160)).sum() > 60


def test_beside_the_points_and_without_editing_the_tool_acts(view):
    point = on_screen(view.scene(), view.contours.movable(view.scene()).controls_lps_mm)[0].toPoint()
    drag(view, point, QPoint(30, 10))
    assert view.look.window != Window(1e6, 1)
