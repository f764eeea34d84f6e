"""The curve of opacity, worked with the mouse and with keys alone."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.panels.curve_editor import CurveEditor
from app.viewer.transfer_curve import curve_of
from app.viewer.volume_histogram import histogram_of
from app.viewer.volume_presets import preset_called
from tests.app.viewer.patients import UPRIGHT, affine
from tests.app.viewer.test_volume_view import head

PLAIN = Qt.KeyboardModifier.NoModifier
LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def editor(qtbot):
    made = CurveEditor()
    qtbot.addWidget(made)
    made.resize(340, 170)
    made.show_curve(curve_of(preset_called("ct_bone"), (0, 1)), histogram_of(head(affine(UPRIGHT))), "HU")
    made.show()
    made.told = []
    made.changed.connect(lambda curve, stroke: made.told.append((curve, stroke)))
    return made


def test_a_click_beside_the_curve_adds_a_point_there_and_a_right_click_takes_it_away(editor):
    before = editor.curve
    spot = (editor.place(before.points[2]) + editor.place(before.points[3])) / 2
    spot.setY(spot.y() - 40)
    QTest.mouseClick(editor, LEFT, PLAIN, spot.toPoint())
    added, _ = editor.told[-1]
    assert len(added.points) == len(before.points) + 1
    place = editor.place(added.points[editor.point])
    assert (place - spot).manhattanLength() < 3
    QTest.mouseClick(editor, RIGHT, PLAIN, place.toPoint())
    assert len(editor.curve.points) == len(before.points)


def test_a_drag_moves_one_point_as_one_step(editor):
    number = 3
    spot = editor.place(editor.curve.points[number]).toPoint()
    QTest.mousePress(editor, LEFT, PLAIN, spot)
    for step in (5, 10, 15):
        QTest.mouseMove(editor, spot + type(spot)(0, step))
    QTest.mouseRelease(editor, LEFT, PLAIN, spot)
    strokes = {stroke for _curve, stroke in editor.told}
    assert len(strokes) == 1
    assert "" not in strokes
    assert editor.told[-1][0].points[number].opacity < 0.55


def test_keys_alone_choose_move_add_and_delete(editor):
    count = len(editor.curve.points)
    QTest.keyClick(editor, Qt.Key.Key_PageUp)
    assert editor.point == 2
    QTest.keyClick(editor, Qt.Key.Key_PageDown)
    first = editor.curve.points[1]
    QTest.keyClick(editor, Qt.Key.Key_Up)
    QTest.keyClick(editor, Qt.Key.Key_Left)
    assert editor.curve.points[1].opacity == pytest.approx(first.opacity + 0.01)
    assert editor.curve.points[1].value < first.value
    QTest.keyClick(editor, Qt.Key.Key_Insert)
    assert len(editor.curve.points) == count + 1
    QTest.keyClick(editor, Qt.Key.Key_Delete)
    assert len(editor.curve.points) == count
