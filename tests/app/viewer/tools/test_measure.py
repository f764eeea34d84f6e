"""Drawing with the mouse."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.viewer.exhibit import volume_exhibit
from app.viewer.look import Look, Texts, Tool
from app.viewer.measurements.ground import Ground
from app.viewer.measurements.results import results
from app.viewer.slice_view import SliceView
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def view(qtbot, oblique):
    study, shown = study_of(oblique)
    shown = replace(shown, frame_index=tuple((0, k) for k in range(shown.shape[0])))
    look = Look(slice_index=5, window=Window(0, 300), texts=Texts.NONE)
    view = SliceView(volume_exhibit(oblique, study, shown), look)
    view.measuring.ground = Ground(shown)
    view.drawn = []
    view.measured.connect(view.drawn.append)
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.show()
    return view


def stroke(view, *spots):
    QTest.mousePress(view, LEFT, PLAIN, QPoint(*spots[0]))
    for spot in spots[1:]:
        QTest.mouseMove(view, QPoint(*spot))
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(*spots[-1]))


def test_an_angle_is_a_drag_and_a_click(view):
    view.tool = Tool.ANGLE
    stroke(view, (100, 100), (150, 100), (200, 100))
    assert not view.drawn
    QTest.mouseMove(view, QPoint(195, 190))
    QTest.mouseClick(view, LEFT, PLAIN, QPoint(200, 200))
    assert results(view.drawn[0])[0].value == pytest.approx(90)
