"""What a presentation state covers and inks: its shutter, and the overlay planes that it brings along."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from app.viewer.layers.scene import Scene
from app.viewer.look import Plane


class CoverLayer:
    """Draws images of the size of the picture over the pictures that a state concerns.

    images_at  the images for a picture as (rows, columns) of it, the lowest first
    """

    def __init__(
        self, display_set_uid: str, images_at: Callable[[int, tuple[int, int]], tuple[QImage, ...]]
    ) -> None:
        self.display_set_uid = display_set_uid
        self.images_at = images_at
        self._kept: tuple[QImage, ...] = ()
        self._kept_for: tuple[object, ...] = ()

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint them; nothing on cuts through a volume."""
        if scene.exhibit.display_set_uid != self.display_set_uid or scene.look.plane is not Plane.NATIVE:
            return
        key = (scene.exhibit.picture(scene.look.slice_index), scene.plane.shape)
        if self._kept_for != key:
            self._kept, self._kept_for = self.images_at(*key), key
        painter.save()
        painter.setTransform(scene.transform, True)
        for image in self._kept:
            painter.drawImage(QPointF(0, 0), image)
        painter.restore()
