"""What the file itself draws over its pictures: overlay planes (60xx), and shutters that cover the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QImage, QPainter

from app.viewer.grey import to_image
from app.viewer.layers.scene import Scene
from app.viewer.look import Look, Plane

_INK = (232, 237, 242)


@dataclass(frozen=True, eq=False)
class Graphics:
    """One picture's overlays as ink, and its shutter as a black cover; None where it has none."""

    ink: QImage | None = None
    cover: QImage | None = None


class GraphicsLayer:
    """Paints the graphics of the picture on show, where it is shown as it was acquired."""

    def __init__(self, picture: Callable[[Look], int]) -> None:
        self.picture = picture  # place of what is on show in its display set
        self.known: Mapping[int, Graphics] = {}

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Cover first, then ink."""
        if not scene.look.graphics or scene.look.plane is not Plane.NATIVE:
            return
        graphics = self.known.get(self.picture(scene.look))
        for image in (graphics.cover, graphics.ink) if graphics else ():
            if image is not None:
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scene.look.smooth)
                painter.setTransform(scene.transform, True)
                painter.drawImage(QPointF(0, 0), image)
                painter.restore()


def inked(bits: NDArray[np.bool_], rgb: tuple[int, int, int] = _INK) -> QImage:
    """White, or another colour, where the bits are."""
    return _filled(bits, rgb)


def covered(hidden: NDArray[np.bool_]) -> QImage:
    """Black where the picture is hidden."""
    return _filled(hidden, (0, 0, 0))


def _filled(where: NDArray[np.bool_], colour: tuple[int, int, int]) -> QImage:
    picture = np.zeros((*where.shape, 4), np.uint8)
    picture[where] = (*colour, 255)
    return to_image(picture)
