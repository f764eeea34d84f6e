"""A small cube in a volume view: which side of the patient is seen."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF, QTransform

from app.theme import caption_font
from app.viewer.camera import Camera

_HALF = 17.0
_SIDES = (
    ("L", (1, 0, 0), (0, -1, 0), "#6fb1ff"), ("R", (-1, 0, 0), (0, 1, 0), "#6fb1ff"),
    ("P", (0, 1, 0), (1, 0, 0), "#e0857a"), ("A", (0, -1, 0), (-1, 0, 0), "#e0857a"),
    ("S", (0, 0, 1), (-1, 0, 0), "#7fcf9a"), ("I", (0, 0, -1), (-1, 0, 0), "#7fcf9a"),
)  # fmt: skip


def draw_cube(painter: QPainter, centre: QPointF, camera: Camera) -> None:
    """Paint the sides that face the eye, each with its letter."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(caption_font())
    for letter, normal, across, colour in _SIDES:
        out = camera.axes_lps @ np.array(normal, float)
        if out[2] > 1e-3:
            _draw_side(painter, centre, camera, (letter, normal, across, colour))
    painter.restore()


def side_under(centre: QPointF, spot: QPointF, camera: Camera) -> str | None:
    """Letter of the side of the cube at a place of the screen; None beside the cube."""
    offset = spot - centre
    for letter, normal, across, _colour in _SIDES:
        out = np.array(normal, float)
        seen = [camera.axes_lps @ v for v in (out, -np.array(across, float), np.cross(out, across))]
        if seen[0][2] <= 1e-3:
            continue
        plane = np.stack([seen[1][:2], seen[2][:2]], axis=1) * _HALF
        away = np.array([offset.x(), -offset.y()]) - seen[0][:2] * _HALF
        if abs(np.linalg.det(plane)) > 1e-3 and np.all(np.abs(np.linalg.solve(plane, away)) <= 1):
            return letter
    return None


def _draw_side(
    painter: QPainter, centre: QPointF, camera: Camera,
    side: tuple[str, tuple[int, ...], tuple[int, ...], str],
) -> None:  # fmt: skip
    """One square as it is seen, darker the more it turns away."""
    letter, normal, across, colour = side
    out, right = np.array(normal, float), -np.array(across, float)
    up = np.cross(out, right)
    seen = [camera.axes_lps @ v for v in (out, right, up)]
    middle = centre + QPointF(seen[0][0], -seen[0][1]) * _HALF
    x, y = (QPointF(v[0], -v[1]) * _HALF for v in seen[1:])
    fill = QColor("#1a2027").lighter(100 + round(60 * float(seen[0][2])))
    painter.setPen(QPen(QColor(colour), 1.2))
    painter.setBrush(fill)
    painter.drawPolygon(QPolygonF([middle + x + y, middle - x + y, middle - x - y, middle + x - y]))
    painter.save()
    tilt = QTransform(x.x() / _HALF, x.y() / _HALF, -y.x() / _HALF, -y.y() / _HALF, middle.x(), middle.y())
    painter.setTransform(tilt, True)
    painter.drawText(QRectF(-_HALF, -_HALF, 2 * _HALF, 2 * _HALF), Qt.AlignmentFlag.AlignCenter, letter)
    painter.restore()
