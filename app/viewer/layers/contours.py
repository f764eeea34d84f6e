"""Contours over a picture: a model's in orange, a person's in green, and the points that move them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.contours import Contour, ContourKey, Outlines, Points, editable
from app.viewer.layers.boxes import MODEL
from app.viewer.layers.scene import Scene
from app.viewer.placing import to_screen

PERSON = QColor("#7ee0c3")
REACH_PX = 10.0  # within which a control point is taken


@dataclass(frozen=True, eq=False)
class Drawn:
    """The contours of one loop: what the model outlined, and what the reader changed."""

    outlines: Outlines
    edits: Mapping[ContourKey, Contour] = field(default_factory=dict)


class ContourLayer:
    """Paints the contours of the picture on show; `editing` shows the points by which they are moved."""

    def __init__(self, position: int = 0) -> None:
        self.drawn: Drawn | None = None
        self.position = position  # slice position of a cine stack
        self.editing = False
        self.in_hand: Contour | None = None  # while it is being dragged

    def key(self, scene: Scene) -> ContourKey:
        """Which picture is on show."""
        return ContourKey(scene.exhibit.display_set_uid, self.position, scene.look.slice_index)

    def of_person(self, scene: Scene) -> Contour | None:
        """The contour that the reader has changed, or is changing, on the picture on show."""
        key = self.key(scene)
        if self.in_hand is not None and self.in_hand.key == key:
            return self.in_hand
        return None if self.drawn is None else self.drawn.edits.get(key)

    def movable(self, scene: Scene) -> Contour | None:
        """The contour that a drag would change: the reader's own, else the model's made ready for it."""
        own = self.of_person(scene)
        if own is not None or self.drawn is None:
            return own
        return editable(self.key(scene), self.drawn.outlines.lines_of(self.key(scene)))

    def control_at(self, scene: Scene, spot: QPointF) -> int | None:
        """The control point under the pointer."""
        contour = self.movable(scene)
        if not self.editing or contour is None:
            return None
        places = on_screen(scene, contour.controls_lps_mm)
        away = [(place - spot).manhattanLength() for place in places]
        nearest = int(np.argmin(away))
        return nearest if away[nearest] <= REACH_PX else None

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the model's lines, or the person's in their place."""
        if self.drawn is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        own = self.of_person(scene)
        if own is not None:
            style = Qt.PenStyle.DashDotLine
            _draw_line(painter, on_screen(scene, own.line_lps_mm), QPen(PERSON, 2, style))
        else:
            for line in self.drawn.outlines.lines_of(self.key(scene)):
                _draw_line(painter, on_screen(scene, line), QPen(MODEL, 1.5))
        if self.editing and (contour := self.movable(scene)) is not None:
            painter.setPen(QPen(QColor(0, 0, 0, 180), 1))
            painter.setBrush(PERSON if own is not None else MODEL)
            for place in on_screen(scene, contour.controls_lps_mm):
                painter.drawEllipse(place, 4.0, 4.0)
        painter.restore()


def on_screen(scene: Scene, points: Points) -> list[QPointF]:
    """Where points in the patient are on the screen."""
    return [to_screen(scene.transform, pixel) for pixel in scene.plane.to_pixels(points)[:, :2]]


def _draw_line(painter: QPainter, points: list[QPointF], pen: QPen) -> None:
    polygon = QPolygonF(points)
    painter.setPen(QPen(QColor(0, 0, 0, 140), pen.widthF() + 2))
    painter.drawPolygon(polygon)
    painter.setPen(pen)
    painter.drawPolygon(polygon)
