"""A volume that turns once: pictures taken one by one from the view's own thread."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.viewer.camera import Camera
from app.viewer.grey import image_to_array
from app.viewer.volume_request import Detail, VolumePicture
from app.viewer.volume_view import VolumeView

FRAMES, FRAME_MS = 72, 60
_TURN_PX = 2 * math.pi / FRAMES / 0.01  # as `Camera.turned` counts


class Turntable(QObject):
    """Turns the view once, keeps each picture as it is seen, and puts the view back.

    The handles of the crop box are left out. A view that is hidden or moved by hand ends it: nothing is kept.
    """

    finished = Signal(object)  # list[QImage]; empty where it was ended
    advanced = Signal(int)  # pictures so far

    def __init__(self, view: VolumeView, frames: int = FRAMES) -> None:
        super().__init__(view)
        self._view, self._frames = view, frames
        self._home: Camera = view.camera
        self._asked: Camera | None = None
        self._box_shown = view.box_shown
        self._pictures: list[QImage] = []

    def start(self) -> None:
        """Take the first picture."""
        self._view.box_shown = False
        self._view.rendered.connect(self._take)
        self._next()

    def stop(self) -> None:
        """Keep nothing."""
        self._pictures.clear()
        self._end()

    def _next(self) -> None:
        if not self._view.isVisible() or (self._asked is not None and self._view.camera is not self._asked):
            self.stop()
            return
        turned = _TURN_PX * FRAMES / self._frames * len(self._pictures)
        self._asked = self._home.turned(turned, 0.0)
        self._view.set_camera(self._asked, detail=self._detail())

    def _detail(self) -> Detail:
        """On the graphics card as fine as it gets; on the processor that would take minutes."""
        shown = self._view.picture
        return Detail.FULL if shown is not None and shown.renderer.startswith("GPU") else Detail.SETTLING

    def _take(self, picture: VolumePicture) -> None:
        """A coarse picture is passed over; a fine one is kept, and the next asked for."""
        if picture.request.camera is not self._asked:
            if self._view.camera is not self._asked:
                self.stop()
            return
        if picture.request.detail is Detail.MOVING or picture.request.detail > self._detail():
            return
        self._pictures.append(self._view.grab().toImage())
        self.advanced.emit(len(self._pictures))
        if len(self._pictures) == self._frames:
            self._end()
        else:
            QTimer.singleShot(0, self, self._next)

    def _end(self) -> None:
        self._view.rendered.disconnect(self._take)
        self._view.box_shown = self._box_shown
        if self._asked is self._view.camera:
            self._view.set_camera(self._home)
        self.finished.emit(self._pictures)
        self.deleteLater()


def frames_of(pictures: Sequence[QImage]) -> list[NDArray[np.uint8]]:
    """(rows, columns, 3) per picture, all of the size of the first."""
    size = pictures[0].size()
    return [np.ascontiguousarray(image_to_array(p.scaled(size))[..., :3]) for p in pictures]
