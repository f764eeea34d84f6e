"""Between a view and a loop that is read while it is watched: where the view is, and what has come."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.viewer.cine_running import Running
from app.viewer.cine_track import FrameTrack
from app.viewer.reel import Reel
from inference.imaging.volume import Cine

TRACK_MS = 100  # the line is marked no more often


class ReadAhead(QObject):
    """Says what the view comes to next, and brings a frame that was sought once it is here."""

    come = Signal(int)  # a frame that was sought can be shown, or never will
    waits = Signal()  # a frame is sought that has not been read

    def __init__(self, running: Running, track: FrameTrack) -> None:
        super().__init__(running)
        self._running, self._track = running, track
        self._reel: Reel | None = None
        self._sought: int | None = None
        self._forwards = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(TRACK_MS)
        self._soon.timeout.connect(self._mark)
        running.is_here = self.is_here
        running.moved.connect(self._look_ahead)

    @property
    def goal(self) -> int:
        """The frame that is sought; where there is none, the one on show."""
        return self._running.playback.frame if self._sought is None else self._sought

    @property
    def words(self) -> str:
        """What is to be said of the frame on show, or of the one that is sought."""
        if self._sought is not None:
            return f" · reading frame {self._sought + 1}"
        frame = self._running.playback.frame
        return f" · frame {frame + 1} cannot be read" if self.cannot_show(frame) else ""

    def watch(self, cine: Cine | Reel) -> None:
        """Another loop is on show; one that is whole needs nothing."""
        self.leave()
        self._reel = cine if isinstance(cine, Reel) else None
        self._running.without = frozenset(self._reel.failures) if self._reel else frozenset()
        self._mark()
        if self._reel is not None:
            self._reel.watch(self, self._hear)

    def leave(self) -> None:
        """The view shows the loop no longer."""
        self._sought = None
        if self._reel is not None:
            self._reel.leave(self)
            self._reel = None

    def is_here(self, frame: int) -> bool:
        """Whether a frame can be shown."""
        return self._reel is None or self._reel.frame(frame) is not None

    def cannot_show(self, frame: int) -> bool:
        """Whether a frame was tried and cannot be read."""
        return self._reel is not None and frame in self._reel.failures

    def seek(self, frame: int, *, forwards: bool = True) -> None:
        """Go to a frame: by `come`, now or once it has been read."""
        self._forwards, self._sought = forwards, frame
        self._look_ahead()
        self._bring()
        if self._sought is not None:
            self.waits.emit()

    def _bring(self) -> None:
        frame = self._sought
        if frame is not None and (self.is_here(frame) or self.cannot_show(frame)):
            self._sought = None
            self.come.emit(frame)

    def _look_ahead(self) -> None:
        reel, playback = self._reel, self._running.playback
        if reel is None:
            return
        if playback.playing:
            self._sought = None
            stay_ms = playback.times.frame_ms / playback.speed
            lead = math.ceil(reel.read_ms / stay_ms) if reel.read_ms > stay_ms else 0
            reel.go(self, playback.route.frames, playback.place, lead)
        elif self._forwards:
            reel.go(self, np.arange(playback.times.count), self.goal)
        else:
            back = np.arange(playback.times.count)[::-1]
            reel.go(self, back, playback.times.count - 1 - self.goal)

    def _hear(self) -> None:
        """Something has been read, or cannot be."""
        assert self._reel is not None
        if len(self._reel.failures) != len(self._running.without):
            self._running.without = frozenset(self._reel.failures)
            self._running.take_way()
        self._bring()
        self._running.catch_up()
        if not self._soon.isActive():
            self._soon.start()

    def _mark(self) -> None:
        """Show on the line what has been read."""
        reel = self._reel
        self._track.show_here(None if reel is None or reel.is_complete else reel.spans())
