"""Measurements over a picture, in the colour of what a person did: lines, handles and what they say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from app.viewer.corner_texts import write
from app.viewer.layers.contours import PERSON
from app.viewer.layers.scene import Scene
from app.viewer.measurements.geometry import outline
from app.viewer.measurements.ground import Ground, to_pixels
from app.viewer.measurements.measurement import REGIONS, Kind, Measurement, Points
from app.viewer.measurements.results import lines
from app.viewer.placing import to_screen

CHOSEN = QColor("#c9fff0")
REACH_PX = 9.0  # within which a handle or a line is taken
_BACKING = QColor(0, 0, 0, 110)
_ROOMY_PX = 480  # a smaller view has room for one line of each measurement
_EDGE, _HANDLE_PX, _ARROW_PX = QColor(0, 0, 0, 150), 4.0, 12.0
PAIRS = {
    Kind.LENGTH: ((0, 1),), Kind.CALIBRATION: ((0, 1),), Kind.ARROW: ((0, 1),), Kind.ANGLE: ((0, 1), (1, 2)),
    Kind.BIDIRECTIONAL: ((0, 1), (2, 3)), Kind.COBB: ((0, 1), (2, 3)),
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """What lies under the pointer: a measurement, and which of its handles; None for its line."""

    measurement: Measurement
    handle: int | None = None


class MeasurementLayer:
    """Paints the measurements of the picture on show, and says what lies under the pointer."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.ground: Ground | None = None
        self.measurements: tuple[Measurement, ...] = ()
        self.in_hand: Measurement | None = None  # while it is drawn or dragged
        self.chosen = ""
        self.shown = True

    def on_show(self, scene: Scene) -> Iterator[Measurement]:
        """The measurements that lie on the picture; the one in hand in the place of its old self."""
        if not self.shown or self.ground is None:
            return
        held = self.in_hand
        for measurement in self.measurements:
            if held is not None and held.uid == measurement.uid:
                continue
            if self.ground.shows(measurement, scene.exhibit, scene.look, scene.plane):
                yield measurement
        if held is not None:
            yield held

    def hit(self, scene: Scene, spot: QPointF) -> Hit | None:
        """The handle under the pointer, else the line; what was drawn last lies on top."""
        there = list(self.on_show(scene))[::-1]
        there.sort(key=lambda m: m.uid != self.chosen)
        place = np.array([spot.x(), spot.y()])
        for measurement in there:
            points = on_screen(measurement, scene)
            away = np.linalg.norm(points - place, axis=1) if len(points) else np.array([np.inf])
            if away.min() <= REACH_PX:
                return Hit(measurement, int(away.argmin()))
        return next((Hit(m) for m in there if _near_line(m, scene, place)), None)

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint lines, then handles of the chosen one, then texts over all of them."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font)
        here = list(self.on_show(scene))
        for measurement in here:
            self._draw_lines(painter, scene, measurement)
        taken: list[QRectF] = []
        for measurement in here:
            taken.append(self._write(painter, scene, measurement, taken))
        painter.restore()

    def _draw_lines(self, painter: QPainter, scene: Scene, measurement: Measurement) -> None:
        points = [QPointF(x, y) for x, y in on_screen(measurement, scene)]
        chosen = self._is_chosen(measurement)
        strokes = list(_strokes(measurement, scene))
        for pen in (QPen(_EDGE, 4), QPen(CHOSEN if chosen else PERSON, 2 if chosen else 1.5)):
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for stroke in strokes:
                painter.drawPolyline(stroke)
        for point in points if chosen else _ends(measurement, points):
            painter.setPen(QPen(_EDGE, 1))
            painter.setBrush(CHOSEN if chosen else PERSON)
            size = _HANDLE_PX if chosen or measurement.kind is Kind.POINT else 2.5
            painter.drawEllipse(point, size, size)

    def _write(
        self, painter: QPainter, scene: Scene, measurement: Measurement, taken: list[QRectF]
    ) -> QRectF:
        """What the measurement says, beside it and clear of what is written already."""
        said = _said(measurement)
        if scene.area.width() < _ROOMY_PX and not self._is_chosen(measurement):
            said = said[:1]
        metrics = QFontMetricsF(painter.font())
        height = metrics.lineSpacing()
        width = max((metrics.horizontalAdvance(line) for line in said), default=0.0) + 2
        box = _free_place(_anchor(measurement, scene), width, height * len(said), scene.area, taken)
        colour = CHOSEN if self._is_chosen(measurement) else PERSON
        if said:
            painter.fillRect(box.adjusted(-3, -1, 3, 1), _BACKING)
        for number, line in enumerate(said):
            row = QRectF(box.left(), box.top() + number * height, width, height)
            write(painter, row, line, colour, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return box

    def _is_chosen(self, measurement: Measurement) -> bool:
        return measurement.uid == self.chosen or measurement is self.in_hand


def on_screen(measurement: Measurement, scene: Scene) -> Points:
    """(n, 2) where the points of a measurement are on the screen, as (x, y)."""
    return screen_points(to_pixels(measurement, scene.plane), scene)


def screen_points(pixels: Points, scene: Scene) -> Points:
    """(n, 2) pixels as (row, column) -> (x, y) on the screen."""
    spots = [to_screen(scene.transform, pixel) for pixel in pixels]
    return np.array([(spot.x(), spot.y()) for spot in spots], np.float64).reshape(-1, 2)


def _strokes(measurement: Measurement, scene: Scene) -> Iterator[QPolygonF]:
    """The lines of a measurement on the screen."""
    points = on_screen(measurement, scene)
    kind = measurement.kind
    if kind in REGIONS and len(points) > 2:
        line = outline(kind, np.column_stack([points, np.zeros(len(points))]))[:, :2]
        yield QPolygonF([QPointF(x, y) for x, y in np.vstack([line, line[:1]])])
    elif kind in REGIONS:
        yield QPolygonF([QPointF(x, y) for x, y in points])
    for start, end in PAIRS.get(kind, ()):
        if end < len(points):
            yield QPolygonF([QPointF(*points[start]), QPointF(*points[end])])
    if kind is Kind.ARROW and len(points) == 2:
        yield _arrow_head(points)


def _arrow_head(points: Points) -> QPolygonF:
    """Two short strokes back from the tip, which is the first point."""
    along = points[1] - points[0]
    along = along / max(float(np.linalg.norm(along)), 1e-9) * _ARROW_PX
    across = np.array([-along[1], along[0]]) * 0.45
    corners = (points[0] + along + across, points[0], points[0] + along - across)
    return QPolygonF([QPointF(x, y) for x, y in corners])


def _ends(measurement: Measurement, points: list[QPointF]) -> list[QPointF]:
    """Where a small dot says exactly what was picked."""
    pointed = (
        Kind.POINT,
        Kind.LENGTH,
        Kind.BIDIRECTIONAL,
        Kind.CALIBRATION,
        Kind.ANGLE,
        Kind.COBB,
        Kind.TEXT,
    )
    return points if measurement.kind in pointed else []


def _near_line(measurement: Measurement, scene: Scene, place: Points) -> bool:
    return any(_distance(stroke, place) <= REACH_PX for stroke in _strokes(measurement, scene))


def _distance(stroke: QPolygonF, place: Points) -> float:
    """Of a point from a line, in screen pixels."""
    points = np.array([(point.x(), point.y()) for point in stroke.toList()])
    if len(points) < 2:
        return float("inf")
    start, step = points[:-1], np.diff(points, axis=0)
    size = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(((place - start) * step).sum(axis=1) / size, 0, 1)
    return float(np.linalg.norm(start + share[:, None] * step - place, axis=1).min())


def _said(measurement: Measurement) -> tuple[str, ...]:
    if measurement.kind is Kind.KEY_IMAGE:
        return (f"★ {measurement.text or 'key image'}",)
    return lines(measurement)


def _anchor(measurement: Measurement, scene: Scene) -> QPointF:
    """Where the text goes by choice: to the right of the rightmost point."""
    points = on_screen(measurement, scene)
    if not len(points):
        return QPointF(scene.area.center().x() - 30, scene.area.top() + 30)
    rightmost = points[points[:, 0].argmax()]
    return QPointF(rightmost[0] + 10, rightmost[1] + 4)


def _free_place(spot: QPointF, width: float, height: float, area: QRectF, taken: list[QRectF]) -> QRectF:
    """A box at the spot, inside the view, pushed down until it covers no other text."""
    left = min(max(spot.x(), area.left() + 2), area.right() - width - 2)
    box = QRectF(left, min(max(spot.y(), area.top() + 2), area.bottom() - height - 2), width, height)
    for _ in taken:
        over = next((other for other in taken if other.intersects(box)), None)
        if over is None:
            break
        box.moveTop(over.bottom() + 1)
    return box
