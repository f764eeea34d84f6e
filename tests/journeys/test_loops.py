"""Loops at the workstation: slices and phases of a real short-axis stack, and two loops in step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.viewer.cine_view import CineView
from inference.imaging.study import Kind
from tests.journeys.reader import Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier
SAX = "cardiac_cine/sunnybrook_SCD0002001_sax"


def loops(reader: Reader) -> list[CineView]:
    """The loops on the screen."""
    hanging = reader.window.hanging
    views = (hanging.view(slot) for slot in hanging.wall.visible_numbers)
    return [view for view in views if isinstance(view, CineView)]


def turn(view: CineView, notches: int, held: Qt.KeyboardModifier) -> None:
    """Turn the wheel over a loop with a key held."""
    spot, none = QPointF(view.view.rect().center()), Qt.MouseButton.NoButton
    event = QWheelEvent(
        spot, view.view.mapToGlobal(spot), QPoint(), QPoint(0, -120 * notches), none, held,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.view, event)


def test_a_short_axis_stack_goes_in_both_directions_and_beside_itself(reader: Reader, shared_data) -> None:
    reader.drop([shared_data / SAX], reader.window.studies)
    reader.wait("the loop", lambda: loops(reader), 240)
    reader.wait_until_idle()
    shown = next(d for d in reader.sitting.current.display_sets if d.kind is Kind.CINE_STACK)
    go_both_ways(reader, loops(reader)[0], shown.phases)
    play_it(reader, loops(reader)[0])
    beside_itself(reader, shown.uid)


def go_both_ways(reader: Reader, view: CineView, phases: int) -> None:
    """The wheel goes through the slices, Ctrl and the wheel and the arrows through the phases."""
    before = view.position
    turn(view, 1, Qt.KeyboardModifier.NoModifier)
    reader.wait("the next slice", lambda: view.position == before + 1)
    turn(view, 2, CONTROL)
    assert view.playback.frame == 2
    view.view.setFocus()
    reader.key(Qt.Key.Key_Right)
    assert (view.position, view.playback.frame) == (before + 1, 3)
    reader.key(Qt.Key.Key_Left)
    assert view.playback.frame == 2
    assert view.playback.times.count == phases


def play_it(reader: Reader, view: CineView) -> None:
    """It runs at the rate of the file, and the corner says so."""
    reader.key(Qt.Key.Key_Space)
    reader.wait("the rate", lambda: "dropped" in view.view.furniture.remark)
    reader.photograph("short-axis")
    reader.key(Qt.Key.Key_Space)
    assert not view.playback.playing


def beside_itself(reader: Reader, uid: str) -> None:
    """Two viewports of one stack, one of them at another slice, keep the same phase."""
    reader.key(Qt.Key.Key_2, CONTROL)
    reader.room.room.arranging.show_series(uid, 1)
    reader.wait("two loops", lambda: len(loops(reader)) == 2)
    reader.wait_until_idle()
    reader.key(Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
    first, second = loops(reader)
    turn(first, 3, CONTROL)
    assert first.playback.frame == second.playback.frame
    at = second.playback.frame
    first.play()
    reader.wait("both to move", lambda: second.playback.frame not in (at, at + 1))
    assert not second.playback.playing
    reader.photograph("in-step")
    first.pause()
    assert first.playback.frame == second.playback.frame
