"""Lines over a picture: the crosshair, and where other views cut this one."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from app.viewer.picture_plane import PicturePlane, intersection
from app.viewer.placing import to_screen
from inference.imaging.study import Triple

_CROSSHAIR, _REFERENCE = QColor(74, 168, 255, 190), QColor(224, 179, 65, 190)
_GAP = 14.0  # kept free round the crossing, so that the spot itself can be seen


def draw_crosshair(
    painter: QPainter, area: QRectF, plane: PicturePlane, transform: QTransform, point_lps_mm: Triple
) -> None:
    """Two lines through the projection of a point, open where they would cross."""
    spot = to_screen(transform, plane.to_pixels(point_lps_mm)[:2])  # type: ignore[arg-type] # a triple is array-like
    painter.setPen(QPen(_CROSSHAIR, 1))
    x, y = spot.x(), spot.y()
    for start, end in (
        (QPointF(area.left(), y), QPointF(x - _GAP, y)),
        (QPointF(x + _GAP, y), QPointF(area.right(), y)),
        (QPointF(x, area.top()), QPointF(x, y - _GAP)),
        (QPointF(x, y + _GAP), QPointF(x, area.bottom())),
    ):
        if start.x() <= end.x() and start.y() <= end.y():
            painter.drawLine(start, end)


def draw_reference(
    painter: QPainter, plane: PicturePlane, transform: QTransform, other: PicturePlane
) -> None:
    """Where the picture of another view cuts this one."""
    ends = intersection(plane, other)
    if ends is None:
        return
    painter.setPen(QPen(_REFERENCE, 1, Qt.PenStyle.DashLine))
    painter.drawLine(to_screen(transform, ends[0]), to_screen(transform, ends[1]))
