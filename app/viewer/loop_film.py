"""A loop as pictures: each frame as it is seen, with the time that the file gives it."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.viewer.cine_view import CineView

MOST = 1000  # frames: more would not stay in memory
WAIT_MS = 5  # for a frame that is being read


class LoopFilm(QObject):
    """Goes through the chosen part of a loop once, a few frames at a time, and puts it back.

    It waits for every frame that has not been read yet.
    """

    finished = Signal(object)  # list[QImage]; empty where the view went meanwhile

    def __init__(self, view: CineView) -> None:
        super().__init__(view)
        self._view = view
        track = view.bar.track
        self._frames = list(range(track.first, track.last + 1)[:MOST])
        self.left_out = track.last + 1 - track.first - len(self._frames)
        self._home = view.playback.frame
        self._through_vtk = view.picture.through_vtk
        self._pictures: list[object] = []

    @property
    def durations_ms(self) -> list[float]:
        """How long each picture stays."""
        times = self._view.playback.times
        return [times.stay_ms(frame) for frame in self._frames]

    def start(self) -> None:
        """Take the first picture."""
        self._view.pause()
        self._view.picture.through_vtk = False  # Qt paints at once; the thread would answer later
        self._next()

    def _next(self) -> None:
        if not self._view.isVisible():
            self._pictures.clear()
            self._end()
            return
        frame = self._frames[len(self._pictures)]
        self._view.follow(frame)
        if self._view.ahead.cannot_show(frame):
            self._frames.remove(frame)  # left out, as it is where the loop is played
        elif self._view.view.look.slice_index == frame:
            self._pictures.append(self._view.view.grab().toImage())
        if len(self._pictures) == len(self._frames):
            self._end()
        else:  # the next one, or the same again while it is being read
            QTimer.singleShot(0 if self._view.ahead.is_here(frame) else WAIT_MS, self, self._next)

    def _end(self) -> None:
        self._view.picture.through_vtk = self._through_vtk
        self._view.follow(self._home)
        self.finished.emit(self._pictures)
        self.deleteLater()
