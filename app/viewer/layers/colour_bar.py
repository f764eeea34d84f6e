"""The colour bar of an explanation: its scale, its unit, and the band that is transparent."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from app.viewer.corner_texts import write
from app.viewer.grey import to_image
from app.viewer.layers.colours import coloured, table
from app.viewer.layers.explained import Overlay

_TEXT = QColor("#e8edf2")
_ROOM = (340, 330)  # a smaller view has no bar
_WIDTH, _HEIGHT = 8.0, 96.0


def draw_colour_bar(painter: QPainter, area: QRectF, overlay: Overlay, font: QFont) -> None:
    """A bar at the right edge, below the letter."""
    if area.width() < _ROOM[0] or area.height() < _ROOM[1]:
        return
    signed = overlay.attribution.signed
    bar = QRectF(area.right() - 20, area.center().y() + 24, _WIDTH, _HEIGHT)
    painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(60, 66, 74))
    painter.fillRect(bar, QColor(12, 14, 17))
    values = np.linspace(overlay.limit, -overlay.limit if signed else 0, int(_HEIGHT), dtype=np.float32)
    colours = table(signed=signed, greyed=overlay.greyed)
    picture = coloured(values[:, None], overlay.limit, overlay.threshold, 1.0, colours)
    painter.drawImage(bar, to_image(picture))
    painter.setFont(font)
    unit = overlay.attribution.unit
    _label(painter, bar.topLeft(), f"{'for +' if signed else ''}{overlay.limit:.2g}")
    _label(painter, QPointF(bar.left(), bar.center().y()), unit)
    _label(painter, bar.bottomLeft(), f"against −{overlay.limit:.2g}" if signed else "0")


def _label(painter: QPainter, end: QPointF, text: str) -> None:
    place = QRectF(end.x() - 186, end.y() - 9, 180, 18)
    write(painter, place, text, _TEXT, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
