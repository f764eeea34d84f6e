"""A movie of a volume that turns once: pictures taken one by one from the view's own thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QImage

from app.viewer.camera import Camera
from app.viewer.grey import image_to_array
from app.viewer.volume_request import Detail, VolumePicture
from app.viewer.volume_view import VolumeView
from inference.imaging.files import write_atomic

FRAMES, FRAME_MS = 36, 80
_TURN_PX = 2 * math.pi / FRAMES / 0.01  # as `Camera.turned` counts


class Turntable(QObject):
    """Turns the view once, keeps each picture as it is seen, and puts the view back."""

    finished = Signal(object)  # list[QImage]; empty where the view went meanwhile

    def __init__(self, view: VolumeView) -> None:
        super().__init__(view)
        self._view = view
        self._home: Camera = view.camera
        self._pictures: list[QImage] = []

    def start(self) -> None:
        """Take the first picture."""
        self._view.rendered.connect(self._take)
        self._view.set_camera(self._home.turned(0.0, 0.0), detail=Detail.SETTLING)

    def _take(self, picture: VolumePicture) -> None:
        """A coarse picture is passed over; a fine one is kept, and the next asked for."""
        if picture.request.camera is not self._view.camera or picture.request.detail is Detail.MOVING:
            return
        self._pictures.append(self._view.grab().toImage())
        if len(self._pictures) == FRAMES:
            self._view.rendered.disconnect(self._take)
            self._view.set_camera(self._home)
            self.finished.emit(self._pictures)
            self.deleteLater()
            return
        turned = self._home.turned(_TURN_PX * len(self._pictures), 0.0)
        QTimer.singleShot(0, self, lambda: self._view.set_camera(turned, detail=Detail.SETTLING))


def frames_of(pictures: Sequence[QImage]) -> list[NDArray[np.uint8]]:
    """(rows, columns, 3) per picture, all of the size of the first."""
    size = pictures[0].size()
    return [np.ascontiguousarray(image_to_array(p.scaled(size))[..., :3]) for p in pictures]


def write_gif(frames: Sequence[NDArray[np.uint8]], path: Path) -> None:
    """Write a GIF that plays for ever; called on a pool thread."""
    from PIL import Image

    images = [Image.fromarray(frame).quantize(128) for frame in frames]
    out = BytesIO()
    images[0].save(out, "GIF", save_all=True, append_images=images[1:], duration=FRAME_MS, loop=0)
    write_atomic(path, out.getvalue())
