"""Points, lines and outlines of measurements in a volume view, placed in the patient.

They are drawn over the picture: what lies behind a surface shines through.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF

from app.viewer.camera import Projection
from app.viewer.corner_texts import write
from app.viewer.layers.contours import PERSON
from app.viewer.layers.measurements import CHOSEN, PAIRS
from app.viewer.measurements.geometry import outline
from app.viewer.measurements.measurement import REGIONS, Kind, Measurement, Space
from app.viewer.measurements.results import value_words

_EDGE = QColor(0, 0, 0, 150)
_DOT_PX, _POINT_PX = 2.5, 4.5
_LABEL_PX = (260, 18)


def draw_marks_in_space(
    painter: QPainter, projection: Projection, measurements: Sequence[Measurement], chosen: str, font: QFont
) -> None:
    """Lines, then dots, then what they are called or measure."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    for measurement in measurements:
        if measurement.space is Space.PATIENT and measurement.points:
            _draw(painter, projection, measurement, CHOSEN if measurement.uid == chosen else PERSON)
    painter.restore()


def _draw(painter: QPainter, projection: Projection, measurement: Measurement, ink: QColor) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for line in lines_in_space(measurement):
        flat = projection.to_screen(line)[:, :2]
        polyline = QPolygonF([QPointF(x, y) for x, y in flat.tolist()])
        for pen in (QPen(_EDGE, 3.5), QPen(ink, 1.5)):
            painter.setPen(pen)
            painter.drawPolyline(polyline)
    points = projection.to_screen(measurement.array)[:, :2]
    if measurement.kind not in REGIONS:
        size = _POINT_PX if measurement.kind is Kind.POINT else _DOT_PX
        painter.setPen(QPen(_EDGE, 1))
        painter.setBrush(ink)
        for x, y in points.tolist():
            painter.drawEllipse(QPointF(x, y), size, size)
    words = words_in_space(measurement)
    if words:
        x, y = points[points[:, 0].argmax()].tolist()
        place = QRectF(x + 8, y - _LABEL_PX[1] / 2, *_LABEL_PX)
        write(painter, place, words, ink, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


def lines_in_space(measurement: Measurement) -> list[NDArray[np.float64]]:
    """(n, 3) polylines in LPS millimetres; closed ones end where they began."""
    points = measurement.array
    if measurement.kind in REGIONS and len(points) > 2:
        line = outline(measurement.kind, points)
        return [np.vstack([line, line[:1]])]
    pairs = PAIRS.get(measurement.kind, ())
    return [points[[start, end]] for start, end in pairs if end < len(points)]


def words_in_space(measurement: Measurement) -> str:
    """Its name, else what a line measures; regions and texts have too much to say."""
    if measurement.text:
        return measurement.text
    told = measurement.kind not in (*REGIONS, Kind.POINT)
    return value_words(measurement) if told else ""
