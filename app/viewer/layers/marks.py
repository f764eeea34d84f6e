"""The layer that draws what a presentation state puts on a picture."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPen

from app.viewer.corner_texts import write
from app.viewer.layers.scene import Scene
from app.viewer.look import Plane
from app.viewer.measurements.splines import closed_curve
from inference.imaging.objects.annotations import Mark

INK = QColor("#f5e663")
_EDGE = QColor(0, 0, 0, 160)
_DOT_PX = 3.0
_SAME_PX = 0.5
_DARK = 60  # of 255: no mark is drawn darker


class MarkLayer:
    """Draws the marks that `marks_at` names for the picture on show, by its place in the display set."""

    def __init__(
        self, display_set_uid: str, marks_at: Callable[[int], tuple[Mark, ...]], font: QFont
    ) -> None:
        self.display_set_uid = display_set_uid
        self.marks_at = marks_at
        self.font = font

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint shapes, then texts."""
        if scene.exhibit.display_set_uid != self.display_set_uid or scene.look.plane is not Plane.NATIVE:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font)
        for mark in self.marks_at(scene.exhibit.picture(scene.look.slice_index)):
            if mark.shape == "TEXT":
                _draw_text(painter, scene, mark)
            else:
                _draw_shape(painter, scene, mark)
        painter.restore()


def placed(mark: Mark, scene: Scene) -> list[QPointF]:
    """The points of a mark on the screen."""
    if mark.screen:
        area = scene.area
        return [
            QPointF(area.left() + x * area.width(), area.top() + y * area.height()) for x, y in mark.points
        ]
    return [scene.transform.map(QPointF(x, y)) for x, y in mark.points.tolist()]


def ink_of(mark: Mark) -> QColor:
    """The colour of its layer; our own where that names none or would not be seen on black."""
    return QColor(*mark.rgb) if mark.rgb is not None and max(mark.rgb) > _DARK else INK


def _draw_shape(painter: QPainter, scene: Scene, mark: Mark) -> None:
    path, ink = shape_path(mark, placed(mark, scene)), ink_of(mark)
    painter.setBrush(ink if mark.filled else Qt.BrushStyle.NoBrush)
    for pen in (QPen(_EDGE, 3.4), QPen(ink, 1.6)):
        painter.setPen(pen)
        painter.drawPath(path)


def shape_path(mark: Mark, points: list[QPointF]) -> QPainterPath:
    """The outline of a shape through its points on the screen."""
    path = QPainterPath()
    if mark.shape == "CIRCLE" and len(points) == 2:
        radius = float(np.hypot(points[1].x() - points[0].x(), points[1].y() - points[0].y()))
        path.addEllipse(points[0], radius, radius)
    elif mark.shape == "ELLIPSE" and len(points) == 4:
        for number, place in enumerate(_ellipse(points)):
            (path.lineTo if number else path.moveTo)(place)
    elif mark.shape == "POINT":
        path.addEllipse(points[0], _DOT_PX, _DOT_PX)
    else:
        line = _smooth(points) if mark.shape == "INTERPOLATED" else points
        path.moveTo(line[0])
        for place in line[1:]:
            path.lineTo(place)
    return path


def _smooth(points: list[QPointF]) -> list[QPointF]:
    """A closed line through its points as our splines go; the standard leaves open how. An open one stays."""
    if len(points) < 4 or (points[0] - points[-1]).manhattanLength() > _SAME_PX:
        return points
    curve = closed_curve(np.array([(p.x(), p.y()) for p in points[:-1]]))
    return [QPointF(x, y) for x, y in np.vstack([curve, curve[:1]]).tolist()]


def _ellipse(points: list[QPointF]) -> list[QPointF]:
    """Both axes are given by their ends; the shape may lie askew."""
    ends: NDArray[np.float64] = np.array([(p.x(), p.y()) for p in points])
    centre = ends.mean(axis=0)
    long, short = (ends[1] - ends[0]) / 2, (ends[3] - ends[2]) / 2
    angles = np.linspace(0, 2 * np.pi, 73)
    around = centre + np.outer(np.cos(angles), long) + np.outer(np.sin(angles), short)
    return [QPointF(x, y) for x, y in around.tolist()]


def _draw_text(painter: QPainter, scene: Scene, mark: Mark) -> None:
    points = placed(mark, scene)
    start = points[0]
    if mark.anchored and len(points) == 3:
        painter.setPen(QPen(ink_of(mark), 1.2))
        painter.drawLine(start, points[2])
    place = QRectF(start.x(), start.y(), 360, 200)
    write(painter, place, mark.text, ink_of(mark), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
