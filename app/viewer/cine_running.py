"""Runs a loop by the wall clock, the way its bar says: round, to and fro or once, a part of it, faster."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from app.viewer.cine_bar import CineBar
from app.viewer.cine_clock import FrameTimes, Playback, Route


def now_ms() -> float:
    """The clock that loops run by."""
    return time.perf_counter() * 1000


class Running(QObject):
    """Says which frame is due, until it is told to rest."""

    due = Signal(int)  # frame
    over = Signal()  # what is played once has come to its end
    moved = Signal()  # it stands at another place of its route, or the route is another one

    def __init__(self, bar: CineBar, parent: QObject) -> None:
        super().__init__(parent)
        self.playback = Playback(FrameTimes(np.zeros(1)))
        self.is_here: Callable[[int], bool] = lambda _frame: True
        self.without: frozenset[int] = frozenset()  # frames that cannot be shown
        self._bar = bar
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        bar.way_changed.connect(self.take_way)

    def show_loop(self, times: FrameTimes, frame: int = 0) -> None:
        """Stand for another loop, at rest on one of its frames."""
        self.pause()
        self.playback = Playback(times)
        self.playback.frame = min(frame, times.count - 1)
        self._bar.track.show_loop(times.count)
        self.take_way()

    def begin(self) -> bool:
        """Run on from the frame on show, with the next `tick`; False where there is only one frame."""
        if self.playback.times.count > 1:
            self.playback.play(now_ms())
        return self.playback.playing

    def pause(self) -> None:
        """Rest on the frame on show."""
        self.playback.pause()
        self._timer.stop()

    def tick(self) -> None:
        """Say which frame is due, and come again when another one is."""
        place = self.playback.place
        self.due.emit(self.playback.due(now_ms(), self.is_here))
        if self.playback.place != place:
            self.moved.emit()
        if self.playback.playing:
            self._timer.start(max(1, round(self.playback.wait_ms(now_ms()))))  # showing it took its time
        else:
            self.over.emit()

    def catch_up(self) -> None:
        """A frame has come: show it where it is the one that is due."""
        if self.playback.playing and self.playback.frame != self.playback.awaited:
            self.tick()

    def take_way(self) -> None:
        """Go on as the bar says: the way round, the part, the speed."""
        track = self._bar.track
        route = Route(self.playback.times, self._bar.repeat, track.first, track.last, self.without)
        self.playback.take(route, self._bar.speed, now_ms())
        self.moved.emit()
        if self.playback.playing:
            self.tick()
