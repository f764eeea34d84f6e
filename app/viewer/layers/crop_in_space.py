"""The box that crops a volume, drawn over its picture: twelve edges, and a handle on each side."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.viewer.camera import Projection
from app.viewer.crop_box import AXES, CropBox
from app.viewer.layers.boxes import EDGES

BOX = QColor("#4aa8ff")
_SHADE = QColor(0, 0, 0, 160)
REACH_PX = 12.0  # a click target is at least 24 pixels wide
_RADIUS_PX = 5.0
_LEAST_SHARE = 0.15  # of an axis that is seen: what points at the eye cannot be dragged
_FACES = tuple(product(range(AXES), (False, True)))


@dataclass(frozen=True)
class Side:
    """One side of the box: across which axis (R-L, A-P, F-H), and at which end of it."""

    axis: int
    high: bool


def draw_crop_in_space(painter: QPainter, projection: Projection, box: CropBox, held: Side | None) -> None:
    """Edges that lie behind are dashed; a handle that points at the eye is left out."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    corners = projection.to_screen(box.corners_lps_mm)
    hidden = int(np.argmin(corners[:, 2]))
    for first, second in EDGES:
        behind = hidden in (first, second)
        ends = QPointF(*corners[first, :2]), QPointF(*corners[second, :2])
        style = Qt.PenStyle.DashLine if behind else Qt.PenStyle.SolidLine
        for pen in (QPen(_SHADE, 2.5), QPen(BOX, 0.8 if behind else 1.2, style)):
            painter.setPen(pen)
            painter.drawLine(*ends)
    for side, spot in handles(projection, box).items():
        painter.setPen(QPen(_SHADE, 1.5))
        painter.setBrush(QColor("#ffffff") if side == held else BOX)
        painter.drawEllipse(spot, _RADIUS_PX, _RADIUS_PX)
    painter.restore()


def handles(projection: Projection, box: CropBox) -> dict[Side, QPointF]:
    """Where the handles are on the screen."""
    found = {}
    for axis, high in _FACES:
        if np.linalg.norm(projection.camera.axes_lps[:2, axis]) >= _LEAST_SHARE:
            x, y, _ = projection.to_screen(box.side_lps_mm(axis, high=high))
            found[Side(axis, high)] = QPointF(x, y)
    return found


def side_at(projection: Projection, box: CropBox, spot: QPointF) -> Side | None:
    """The side whose handle lies under the pointer."""
    near = {side: (at - spot).manhattanLength() for side, at in handles(projection, box).items()}
    side = min(near, key=lambda s: near[s], default=None)
    return side if side is not None and near[side] <= REACH_PX else None


def dragged_mm(projection: Projection, side: Side, moved: QPointF) -> float:
    """Millimetres along the axis of a side that a drag on the screen stands for."""
    across = projection.camera.axes_lps[:2, side.axis] * projection.pixels_per_mm  # (right, up) per mm
    return float((moved.x() * across[0] - moved.y() * across[1]) / max(float(across @ across), 1e-9))
