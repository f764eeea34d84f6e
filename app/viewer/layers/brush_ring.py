"""The edge of the brush under the pointer, in the colour of the segment that it paints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.viewer.easel import Easel
from app.viewer.layers.scene import Scene
from app.viewer.placing import fit_scale

_EDGE, _ERASER = QColor(0, 0, 0, 160), QColor("#e8edf2")


class BrushRing:
    """Drawn while a brush is in hand and the pointer over the view.

    spot  where the pointer is; None where it is elsewhere
    """

    def __init__(self) -> None:
        self.easel: Easel | None = None
        self.erases = False
        self.spot: QPointF | None = None

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """A circle as large as the brush."""
        if self.easel is None or self.spot is None or not scene.plane.placed:
            return
        scale = fit_scale(scene.plane, scene.look, scene.area.size()) * scene.look.zoom
        radius = self.easel.brush.radius_mm * scale
        segment = self.easel.layer.canvas.state.segment(self.easel.number)
        ink = _ERASER if self.erases or segment is None else QColor(*segment.rgb).lighter(125)
        style = Qt.PenStyle.DashLine if self.erases else Qt.PenStyle.SolidLine
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_EDGE, 3), QPen(ink, 1.4, style)):
            painter.setPen(pen)
            painter.drawEllipse(self.spot, radius, radius)
        painter.restore()
