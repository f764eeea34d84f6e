"""How the curve of opacity looks: its scale, the histogram behind it, its points, the colours at its foot."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPen, QPolygonF

from app.panels.ink import Ink, ink
from app.theme import caption_font
from app.viewer.transfer_curve import Curve, CurvePoint
from app.viewer.volume_histogram import Histogram

BAR, FOOT, EDGE = 10.0, 16.0, 9.0
_RADIUS = 5.0


@dataclass(frozen=True)
class CurveScale:
    """Where values and opacities lie on the widget."""

    area: QRectF
    low: float
    high: float

    def place(self, point: CurvePoint) -> QPointF:
        """Where a point is drawn; what lies beyond the scale stands at its end."""
        share = (point.value - self.low) / (self.high - self.low)
        x = self.area.left() + min(max(share, 0.0), 1.0) * self.area.width()
        return QPointF(x, self.area.bottom() - point.opacity * self.area.height())

    def value_at(self, spot: QPointF) -> tuple[float, float]:
        """Value and opacity under a spot."""
        share = (spot.x() - self.area.left()) / self.area.width()
        value = self.low + share * (self.high - self.low)
        return value, (self.area.bottom() - spot.y()) / self.area.height()


def scale_within(widget: QRectF, low: float, high: float) -> CurveScale:
    """The scale of a widget of this size; below it there is room for colours and numbers."""
    return CurveScale(widget.adjusted(EDGE, EDGE, -EDGE, -EDGE - BAR - FOOT), low, high)


def draw_ground(painter: QPainter, scale: CurveScale, histogram: Histogram | None) -> None:
    """The ground, and on it how often each value occurs."""
    area = scale.area
    painter.fillRect(area, ink(Ink.TRACK).darker(160))
    if histogram is None:
        return
    span, step = scale.high - scale.low, (histogram.high - histogram.low) / len(histogram.counts)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink(Ink.TRACK).lighter(120))
    for n, height in enumerate(histogram.heights):
        left = area.left() + (histogram.low + n * step - scale.low) / span * area.width()
        bar = QRectF(left, area.bottom() - height * area.height(), step / span * area.width() + 0.5,
                     height * area.height())  # fmt: skip
        painter.drawRect(bar.intersected(area))


def draw_curve(painter: QPainter, scale: CurveScale, curve: Curve, chosen: int, unit: str) -> None:
    """The line, its points with the chosen one marked, and the colours and ends of the scale."""
    area, places = scale.area, [scale.place(p) for p in curve.points]
    ends = QPointF(area.left(), places[0].y()), QPointF(area.right(), places[-1].y())
    painter.setPen(QPen(ink(Ink.TEXT), 1.5))
    painter.drawPolyline(QPolygonF([ends[0], *places, ends[1]]))
    for number, (place, point) in enumerate(zip(places, curve.points, strict=True)):
        marked = number == chosen
        painter.setPen(QPen(ink(Ink.AGAINST if marked else Ink.TEXT), 2.5 if marked else 1.2))
        painter.setBrush(QColor.fromRgbF(*point.rgb))
        painter.drawEllipse(place, _RADIUS + marked, _RADIUS + marked)
    bar = QRectF(area.left(), area.bottom() + 5, area.width(), BAR - 3)
    colours = QLinearGradient(bar.topLeft(), bar.topRight())
    for place, point in zip(places, curve.points, strict=True):
        colours.setColorAt((place.x() - area.left()) / area.width(), QColor.fromRgbF(*point.rgb))
    painter.fillRect(bar, colours)
    _draw_ends(painter, scale, bar, f" {unit}" if unit else "")


def draw_focus(painter: QPainter, scale: CurveScale) -> None:
    """A frame that says that keys act here."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(ink(Ink.AGAINST), 1))
    painter.drawRect(scale.area.adjusted(-3, -3, 3, 3))


def _draw_ends(painter: QPainter, scale: CurveScale, bar: QRectF, unit: str) -> None:
    painter.setFont(caption_font())
    painter.setPen(ink(Ink.QUIET))
    foot = QRectF(bar.left(), bar.bottom() + 1, bar.width(), FOOT + 2)
    for value, side in (
        (scale.low, Qt.AlignmentFlag.AlignLeft),
        (scale.high, Qt.AlignmentFlag.AlignRight),
    ):
        painter.drawText(foot, side | Qt.AlignmentFlag.AlignTop, f"{value:.4g}{unit}".replace("-", "−"))
