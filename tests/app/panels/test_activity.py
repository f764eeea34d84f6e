from __future__ import annotations

from PySide6.QtCore import Qt

from app.panels.activity import ActivityLine, time_left


def test_time_left_is_said_only_when_it_means_something():
    assert time_left(0.5, 0.4) == ""
    assert time_left(0.9, 5.0) == ""
    assert time_left(0.5, 11.0) == "11 s left"
    assert time_left(0.1, 60.0) == "9 min left"


def test_work_can_be_cancelled_by_a_click(qtbot):
    line = ActivityLine()
    qtbot.addWidget(line)
    line.show()
    line.show_work("Explaining", 0.4, "sample 12", 4.0)
    with qtbot.waitSignal(line.cancel_requested):
        qtbot.mouseClick(line.cancel, Qt.MouseButton.LeftButton)


def test_idle_there_is_nothing_to_cancel(qtbot):
    line = ActivityLine()
    qtbot.addWidget(line)
    line.show()
    line.show_idle()
    assert not line.cancel.isVisible()
