"""ECG paper: millimetre squares, every lead on a line of its own, with the pulse that calibrates it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.theme import caption_font
from inference.imaging.objects.recordings import Recording
from inference.imaging.waveforms import Trace

SPEEDS_MM_S, GAINS_MM_MV = (12.5, 25.0, 50.0), (5.0, 10.0, 20.0)
PULSE_MV, PULSE_MS = 1.0, 200.0
_PAPER, _FINE, _BOLD, _INK, _TEXT = (
    QColor("#fdf6f3"), QColor("#f3d9d2"), QColor("#e5aca0"), QColor("#101418"), QColor("#3a4552"),
)  # fmt: skip
_PX_PER_MM = 96 / 25.4  # where the screen does not know its size
_LINE_MM, _LEFT_MM, _EDGE_MM = 22.0, 14.0, 4.0
_MOST_PX = 32_000  # Qt paints no wider widget


class EcgSheet(QWidget):
    """Draws a recording to scale; as large as it is on paper, as far as the screen knows its size."""

    def __init__(self, recording: Recording, px_per_mm: float = _PX_PER_MM) -> None:
        super().__init__()
        self.recording, self.px_per_mm = recording, px_per_mm
        self.speed_mm_s, self.gain_mm_mv = 25.0, 10.0
        self.setAccessibleName(f"{recording.title}, {len(recording.channels)} leads")
        self._fit()

    def set_scale(self, speed_mm_s: float, gain_mm_mv: float) -> None:
        """Another paper speed and gain."""
        self.speed_mm_s, self.gain_mm_mv = speed_mm_s, gain_mm_mv
        self._fit()
        self.update()

    def sizeHint(self) -> QSize:
        """The whole sheet."""
        return self.size()

    @property
    def line_mm(self) -> float:
        """Height of the line of one lead: a millivolt fits into its half at every gain."""
        return _LINE_MM * max(1.0, self.gain_mm_mv / 10)

    def x_of(self, moment_ms: float) -> float:
        """Where a moment stands."""
        return (_LEFT_MM + self.speed_mm_s * moment_ms / 1000) * self.px_per_mm

    def y_of(self, line: int, height_mv: float) -> float:
        """Where a voltage of one lead stands."""
        middle_mm = _EDGE_MM + self.line_mm * (line + 0.5)
        return (middle_mm - height_mv * self.gain_mm_mv) * self.px_per_mm

    def _fit(self) -> None:
        width = self.x_of(self.recording.length_ms) + _EDGE_MM * self.px_per_mm
        height = (self.line_mm * len(self.recording.channels) + 2 * _EDGE_MM) * self.px_per_mm
        self.setFixedSize(min(round(width), _MOST_PX), min(round(height), _MOST_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paper, then the leads that are on the screen."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), _PAPER)
        self._draw_squares(painter, QRectF(event.rect()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font())
        for line, channel in enumerate(self.recording.channels):
            self._draw_lead(painter, line, channel, QRectF(event.rect()))
        painter.end()

    def _draw_squares(self, painter: QPainter, area: QRectF) -> None:
        """A line for each millimetre, a bold one for five."""
        for every, colour in ((1, _FINE), (5, _BOLD)):
            step = every * self.px_per_mm
            painter.setPen(QPen(colour, 1))
            for n in range(int(area.left() / step), int(area.right() / step) + 1):
                painter.drawLine(QPointF(n * step, area.top()), QPointF(n * step, area.bottom()))
            for n in range(int(area.top() / step), int(area.bottom() / step) + 1):
                painter.drawLine(QPointF(area.left(), n * step), QPointF(area.right(), n * step))

    def _draw_lead(self, painter: QPainter, line: int, channel: Trace, area: QRectF) -> None:
        middle = self.y_of(line, 0.0)
        if (
            middle + self.line_mm * self.px_per_mm < area.top()
            or middle - self.line_mm * self.px_per_mm > area.bottom()
        ):
            return
        painter.setPen(_TEXT)
        unit = "" if channel.unit == "mV" else f"{channel.unit or 'no unit'}, not to scale"
        words = " · ".join(part for part in (channel.title, channel.group, unit) if part)
        above = middle - (self.line_mm / 2 - 2.5) * self.px_per_mm
        painter.drawText(QPointF(self.x_of(0) + self.px_per_mm, above), words)
        painter.setPen(QPen(_INK, 1.2))
        if channel.unit == "mV":
            self._draw_pulse(painter, line)
        heights = self._heights_mv(channel)
        moments = channel.start_ms + np.arange(len(heights)) * channel.step_ms
        x = (_LEFT_MM + self.speed_mm_s * moments / 1000) * self.px_per_mm
        seen = np.flatnonzero((x >= area.left() - 20) & (x <= area.right() + 20))
        y = middle - heights * self.gain_mm_mv * self.px_per_mm
        points = [QPointF(float(x[k]), float(y[k])) for k in seen]
        painter.drawPolyline(QPolygonF(points))

    def _heights_mv(self, channel: Trace) -> NDArray[np.float64]:
        """Millivolts; what has another unit fills its line."""
        values: NDArray[np.float64] = np.asarray(channel.values, np.float64)
        if channel.unit == "mV":
            return values
        about = values - values.mean()
        reach = float(np.abs(about).max()) or 1.0
        scaled_mv: NDArray[np.float64] = about * (self.line_mm * 0.45 / self.gain_mm_mv / reach)
        return scaled_mv

    def _draw_pulse(self, painter: QPainter, line: int) -> None:
        """One millivolt for a fifth of a second, before the lead begins."""
        start = self.x_of(0) - (PULSE_MS / 1000 * self.speed_mm_s + 2) * self.px_per_mm
        end = start + PULSE_MS / 1000 * self.speed_mm_s * self.px_per_mm
        low, high = self.y_of(line, 0.0), self.y_of(line, PULSE_MV)
        corners = [(start, low), (start, high), (end, high), (end, low)]
        painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in corners]))
