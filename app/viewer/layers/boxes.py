"""The strongest elements of an explanation as lettered boxes, cut by the plane of a picture."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.viewer.layers.scene import Scene
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import to_screen

MODEL, GREYED, AGAINST = QColor("#f2a33c"), QColor("#a9b4c0"), QColor("#4c99f2")
_INK = QColor("#14100a")
_LABEL, _LEAST_LABEL = 0.25, 90  # share of the view, and px, that the name of a box may take
# Corners come in the order of product((-0.5, 0.5), repeat=3): an edge joins two that differ in one place.
EDGES = np.array([(a, b) for a, b in combinations(range(8), 2) if (a ^ b).bit_count() == 1])


def cut_box(corners_lps_mm: NDArray[np.float64], plane: PicturePlane) -> NDArray[np.float64] | None:
    """(n, 2) pixels (row, column) of the polygon in which `plane` cuts a box; None where it passes by.

    A box that lies between two thick slices is cut through its middle, so that it shows on the nearer one.
    """
    corners = plane.to_pixels(corners_lps_mm)
    ahead = float(corners[:, 2].mean())
    if corners[:, 2].min() > 0 or corners[:, 2].max() < 0:
        if abs(ahead) > plane.thickness_mm / 2:
            return None
        corners[:, 2] -= ahead
    corners[:, 2] += 1e-9  # a corner exactly on the plane belongs to one side
    start, end = corners[EDGES[:, 0]], corners[EDGES[:, 1]]
    crosses = (start[:, 2] < 0) != (end[:, 2] < 0)
    start, end = start[crosses], end[crosses]
    share = start[:, 2] / (start[:, 2] - end[:, 2])
    points = (start + (end - start) * share[:, None])[:, :2]
    return _in_order(points, plane) if len(points) >= 3 else None


def _in_order(points: NDArray[np.float64], plane: PicturePlane) -> NDArray[np.float64]:
    """The points of a convex polygon, one after the other."""
    offsets = (points - points.mean(axis=0)) * plane.spacing_mm
    return points[np.argsort(np.arctan2(offsets[:, 0], offsets[:, 1]))]


def draw_box(
    painter: QPainter, scene: Scene, polygon: NDArray[np.float64], label: str, colour: QColor, *, hollow: bool
) -> None:
    """One outline with its letter; dashed where the score is not significant."""
    outline = QPolygonF([to_screen(scene.transform, pixel) for pixel in polygon])
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(0, 0, 0, 150), 4))
    painter.drawPolygon(outline)
    painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine if hollow else Qt.PenStyle.SolidLine))
    painter.drawPolygon(outline)
    draw_letter(painter, outline.boundingRect(), scene.area, label, colour, hollow=hollow)


def draw_letter(
    painter: QPainter, box: QRectF, area: QRectF, label: str, colour: QColor, *, hollow: bool
) -> None:  # fmt: skip
    """The letter of a box on a chip above it, or below where there is no room."""
    font = QFont(painter.font())
    font.setBold(True)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    label = metrics.elidedText(label, Qt.TextElideMode.ElideRight, max(_LEAST_LABEL, area.width() * _LABEL))
    width, height = metrics.horizontalAdvance(label) + 8, metrics.height()
    left = min(box.left() - 1, area.right() - width)
    spot = QPointF(max(area.left(), left), box.top() - height - 1)
    if spot.y() < area.top():
        spot.setY(box.bottom() + 1)
    chip = QRectF(spot.x(), spot.y(), width, height)
    painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine if hollow else Qt.PenStyle.SolidLine))
    painter.setBrush(QColor(0, 0, 0, 190) if hollow else colour)
    painter.drawRoundedRect(chip, 2, 2)
    painter.setPen(colour if hollow else _INK)
    painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, label)
