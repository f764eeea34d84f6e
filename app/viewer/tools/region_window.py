"""Drag a box over what is to be seen well: the window fits the values inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.viewer import placing
from app.viewer.layers.scene import Scene
from app.viewer.slicing import Pixels
from app.viewer.tools.grip import CLICK_PX, Grip
from inference.imaging.intensity import percentile_window
from inference.imaging.study import Window

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

_LINE = QColor("#4aa8ff")


class Box:
    """The box under the pointer: a layer of the view while it is dragged."""

    def __init__(self, view: SliceView, start: QPointF) -> None:
        self.view, self.start, self.end = view, start, start
        view.in_use.append(self)

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Another corner."""
        self.end = spot
        self.view.update()

    def release(self, spot: QPointF) -> bool:
        """Window what lies inside; a click does nothing."""
        self.cancel()
        pixels = self.view.slice_picture.pixels(self.view.exhibit, self.view.look)
        if (spot - self.start).manhattanLength() > CLICK_PX and pixels is not None and pixels.ndim == 2:
            inside = cut_out(self.view.scene(), pixels, QRectF(self.start, spot).normalized())
            if window := window_of(inside, self.view.exhibit.padding):
                self.view.adjust(window=window)
        return True

    def cancel(self) -> None:
        """Take the box away."""
        if self in self.view.in_use:
            self.view.in_use.remove(self)
        self.view.update()

    def draw(self, painter: QPainter, _scene: Scene) -> None:
        """The box, dashed."""
        painter.setPen(QPen(_LINE, 1, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(QRectF(self.start, self.end).normalized())


def cut_out(scene: Scene, pixels: Pixels, box: QRectF) -> Pixels:
    """The pixels under a box on the screen: all whose centres lie inside, however the picture is turned."""
    corners = (box.topLeft(), box.topRight(), box.bottomRight(), box.bottomLeft())
    around = np.array([placing.to_pixel(scene.transform, corner) for corner in corners])
    shape = pixels.shape[:2]
    low = np.clip(np.floor(around.min(axis=0)), 0, shape).astype(int)
    high = np.clip(np.ceil(around.max(axis=0)) + 1, 0, shape).astype(int)
    part: Pixels = pixels[low[0] : high[0], low[1] : high[1]]
    rows, columns = np.mgrid[low[0] : high[0], low[1] : high[1]]
    t = scene.transform
    x = t.m11() * (columns + 0.5) + t.m21() * (rows + 0.5) + t.dx()
    y = t.m12() * (columns + 0.5) + t.m22() * (rows + 0.5) + t.dy()
    inside: Pixels = part[(x >= box.left()) & (x <= box.right()) & (y >= box.top()) & (y <= box.bottom())]
    return inside


def window_of(values: Pixels, padding: float | None) -> Window | None:
    """From the 1st to the 99th percentile; None where nothing is inside."""
    seen = values[np.isfinite(values)]
    if padding is not None:
        seen = seen[seen != padding]
    if not len(seen):
        return None
    return percentile_window(seen, percentiles=(1.0, 99.0))


def begin(view: SliceView, spot: QPointF) -> Grip | None:
    """Begin a box; colours are not windowed."""
    return None if view.exhibit.is_colour else Box(view, spot)
