"""The small drawings of the panels: a score and its threshold, a bar and its error, a pair, a scale."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.panels.ink import Ink, ink
from app.report.measures import is_measure, scale_of, scale_of_both
from inference.prediction import Finding, State


class Drawing(QWidget):
    """A flat strip of a fixed height that paints itself from frozen values."""

    def __init__(self, height: int = 8, width: int = 64) -> None:
        super().__init__()
        self._size = QSize(width, height)
        self.setFixedHeight(height)
        self.setMinimumWidth(width)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as asked, as high as fixed."""
        return self._size

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint on a transparent ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, QRectF(self.rect()))
        painter.end()

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Draw into `box`."""
        raise NotImplementedError


class ScoreBar(Drawing):
    """How far a score reaches, with the threshold as a tick; full colour from the tick on."""

    def __init__(self) -> None:
        super().__init__(height=14, width=84)
        self._fraction = 0.0
        self._above = False

    def show_margin(self, margin: float, scale: float = 1.0) -> None:
        """Draw a margin over the threshold: the tick stays in the middle, so that rows compare."""
        self._fraction = _logistic(margin / scale)
        self._above = margin >= 0
        self.update()

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """The track, the reach and the tick."""
        track = box.adjusted(0, 4, 0, -4)
        _rounded(painter, track, ink(Ink.TRACK))
        reach = QRectF(track.left(), track.top(), max(3.0, track.width() * self._fraction), track.height())
        _rounded(painter, reach, ink(Ink.MODEL if self._above else Ink.QUIET))
        painter.setPen(QPen(ink(Ink.TEXT), 2))
        middle = track.center().x()
        painter.drawLine(QPointF(middle, box.top() + 1), QPointF(middle, box.bottom() - 1))


class MeasureBar(Drawing):
    """A number on its physical scale: a bar, its interval as a whisker, the cut-off as a tick."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(height=14, width=84)
        self._finding, self._scale = finding, scale_of(finding)

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """The track, the bar, the whisker and the tick."""
        finding, track = self._finding, box.adjusted(0, 4, 0, -4)
        _rounded(painter, track, ink(Ink.TRACK))
        end = self._x(track, finding.score or 0.0)
        bar = QRectF(track.left(), track.top(), max(3.0, end - track.left()), track.height())
        _rounded(painter, bar, ink(Ink.MODEL if finding.state is State.FINDING else Ink.QUIET))
        if finding.interval is not None:
            _whisker(painter, track, *(self._x(track, value) for value in finding.interval))
        painter.setPen(QPen(ink(Ink.TEXT), 2))
        tick = self._x(track, finding.target.threshold)
        painter.drawLine(QPointF(tick, box.top() + 1), QPointF(tick, box.bottom() - 1))

    def _x(self, track: QRectF, value: float) -> float:
        return track.left() + self._scale.share(value) * (track.width() - 1)


class ErrorBar(Drawing):
    """A value as a bar from zero with a whisker of one standard error; hollow where it is not significant."""

    def __init__(self) -> None:
        super().__init__(height=14, width=96)
        self._value, self._error, self._extent, self._solid = 0.0, 0.0, 1.0, True

    def show_value(
        self, value: float, extent: float, *, error: float | None = None, solid: bool = True
    ) -> None:
        """Draw `value` on a scale that ends at `extent`."""
        self._value, self._error, self._extent, self._solid = value, error or 0.0, extent or 1.0, solid
        self.update()

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """The track, the bar and the whisker."""
        track = box.adjusted(0, 3, 0, -3)
        _rounded(painter, track, ink(Ink.TRACK))
        end = self._x(track, abs(self._value))
        bar = QRectF(track.left(), track.top(), max(2.0, end - track.left()), track.height())
        colour = ink(Ink.MODEL if self._value >= 0 else Ink.AGAINST)
        if self._solid:
            _rounded(painter, bar, colour)
        else:
            painter.setPen(QPen(colour, 1, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5))
        if self._error:
            self._draw_whisker(painter, track)

    def _draw_whisker(self, painter: QPainter, track: QRectF) -> None:
        low, high = (self._x(track, abs(self._value) + sign * self._error) for sign in (-1, 1))
        _whisker(painter, track, low, high)

    def _x(self, track: QRectF, value: float) -> float:
        fraction = min(1.0, max(0.0, value / self._extent))
        return track.left() + fraction * (track.width() - 1)


class PairBar(Drawing):
    """The score before above the score now, on one scale with the threshold as a tick."""

    def __init__(self, before: Finding, now: Finding) -> None:
        super().__init__(height=20, width=84)
        self._before, self._now, self._tick = pair_shares(before, now)

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Two bars and one tick."""
        for share, top, colour in ((self._before, 3, Ink.BEFORE), (self._now, 11, Ink.MODEL)):
            track = QRectF(box.left(), box.top() + top, box.width(), 6)
            _rounded(painter, track, ink(Ink.TRACK))
            if share is not None:
                _rounded(painter, QRectF(track.left(), track.top(), track.width() * share, 6), ink(colour))
        painter.setPen(QPen(ink(Ink.TEXT), 2))
        tick = box.left() + self._tick * box.width()
        painter.drawLine(QPointF(tick, box.top() + 1), QPointF(tick, box.bottom() - 1))


def pair_shares(before: Finding, now: Finding) -> tuple[float | None, float | None, float]:
    """How far both bars and the tick reach, 0..1: a measure in its unit, anything else by its margin."""
    if is_measure(now.target):
        scale = scale_of_both(before, now)
        first, second = (None if f.score is None else scale.share(f.score) for f in (before, now))
        return first, second, scale.share(now.target.threshold)
    first, second = (None if f.margin is None else _logistic(f.margin) for f in (before, now))
    return first, second, 0.5


def _logistic(margin: float) -> float:
    return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, margin))))


class ColourScale(Drawing):
    """The colours of a map, from the low end to the high end."""

    def __init__(self) -> None:
        super().__init__(height=10, width=120)
        self._stops: Sequence[tuple[float, QColor]] = ()

    def show_colours(self, colour_at: Callable[[float], QColor], steps: int = 33) -> None:
        """Draw the colours that `colour_at` gives for 0..1."""
        self._stops = [(n / (steps - 1), colour_at(n / (steps - 1))) for n in range(steps)]
        self.update()

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """One gradient over the whole strip."""
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        for at, colour in self._stops:
            gradient.setColorAt(at, colour)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(box, 3, 3)


def _rounded(painter: QPainter, box: QRectF, colour: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    radius = min(3.0, box.width() / 2, box.height() / 2)
    painter.drawRoundedRect(box, radius, radius)


def _whisker(painter: QPainter, track: QRectF, low: float, high: float) -> None:
    painter.setPen(QPen(ink(Ink.TEXT), 1.5))
    middle = track.center().y()
    painter.drawLine(QPointF(low, middle), QPointF(high, middle))
    for x in (low, high):
        painter.drawLine(QPointF(x, middle - 3), QPointF(x, middle + 3))
