"""Hold the button for a loupe under the pointer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from app.viewer.layers.scene import Scene
from app.viewer.tools.grip import Grip

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

RADIUS_PX, TIMES = 110.0, 3.0
_RIM = QColor("#a9b4c0")


class Loupe:
    """A round layer of the view in which everything is larger."""

    def __init__(self, view: SliceView, spot: QPointF) -> None:
        self.view, self.spot = view, spot
        view.in_use.append(self)
        view.update()

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Look somewhere else."""
        self.spot = spot
        self.view.update()

    def release(self, _spot: QPointF) -> bool:
        """Put the loupe away."""
        self.cancel()
        return True

    def cancel(self) -> None:
        """Put the loupe away."""
        if self in self.view.in_use:
            self.view.in_use.remove(self)
        self.view.update()

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """What lies under the pointer stays there; all round it is drawn apart."""
        x, y = self.spot.x(), self.spot.y()
        closer = QTransform(TIMES, 0, 0, TIMES, x * (1 - TIMES), y * (1 - TIMES))
        circle = QPainterPath()
        circle.addEllipse(self.spot, RADIUS_PX, RADIUS_PX)
        painter.save()
        painter.setClipPath(circle)
        painter.fillRect(circle.boundingRect(), Qt.GlobalColor.black)
        nearer = replace(scene, transform=scene.transform * closer)
        whole = replace(nearer, refining=None, area=circle.boundingRect())  # it is small, and not kept
        self.view.slice_picture.draw(painter, whole)
        for layer in (*self.view.layers, self.view.measuring):
            layer.draw(painter, nearer)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(_RIM, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(self.spot, RADIUS_PX, RADIUS_PX)


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take the loupe."""
    return Loupe(view, spot)
