"""The heart under a loop: the ECG that the file carries, or the way from R wave to R wave, with the frame."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import caption_font, colour, scaled
from app.viewer.cine_clock import FrameTimes
from inference.imaging.heartbeat import Heartbeat
from inference.imaging.waveforms import Trace

_HIGH, _HIGH_BAR = 56, 34
_SIDE_PX, _ROOM_PX = 9, 4
_MOST_POINTS = 4000


class HeartTrack(QWidget):
    """Shows where in the heartbeat a loop stands; a click goes to the frame taken then."""

    frame_chosen = Signal(int)

    def __init__(self, times: FrameTimes) -> None:
        super().__init__()
        self.times, self.frame = times, 0
        self.beat = Heartbeat()
        self.setAccessibleName("Heartbeat")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVisible(False)

    def sizeHint(self) -> QSize:
        """Higher where there is a trace."""
        return QSize(160, scaled(_HIGH if self.beat.trace is not None else _HIGH_BAR))

    def show_beat(self, beat: Heartbeat, times: FrameTimes) -> None:
        """Stand for a loop; there is nothing to be seen where nothing is known."""
        self.beat, self.times = beat, times
        self.setToolTip(f"{self.words}. Click or drag to go to a frame")
        self.setVisible(beat.is_known)
        self.updateGeometry()
        self.update()

    def show_frame(self, frame: int) -> None:
        """Mark the frame on show."""
        if frame != self.frame:
            self.frame = frame
            self.update()

    @property
    def words(self) -> str:
        """What is drawn, and where the frame on show stands."""
        beat, parts = self.beat, list[str]()
        if beat.trace is not None:
            unit = f" · {beat.trace.unit}" if beat.trace.unit else ""
            parts.append(f"{beat.trace.title}{unit}{' · laid over the loop' if beat.trace.spread else ''}")
        if beat.interval_ms:
            parts.append(f"R–R {beat.interval_ms:.0f} ms · {60_000 / beat.interval_ms:.0f} bpm")
        moment_ms = self.times.start_of(min(self.frame, self.times.count - 1))
        phase = beat.phase_of(moment_ms)
        if phase is not None:
            after = max(r for r in beat.r_ms if r <= moment_ms + 1e-6)
            parts.append(f"{moment_ms - after:.0f} ms after R, {phase:.0%} of R–R")
        return " · ".join(parts)

    @property
    def span_ms(self) -> tuple[float, float]:
        """The moments at both ends: the whole loop, and the R waves round a beat."""
        ends = [0.0, self.times.length_ms]
        if self.beat.gated:
            ends = [*self.beat.r_ms, self.times.start_of(self.times.count - 1)]
        return min(ends), max(ends)

    def x_of(self, moment_ms: float) -> float:
        """Where a moment stands."""
        first, last = self.span_ms
        return _SIDE_PX + (self.width() - 2 * _SIDE_PX) * (moment_ms - first) / max(last - first, 1e-6)

    def frame_at(self, x: float) -> int:
        """The frame on show at the moment under a place."""
        first, last = self.span_ms
        share = (x - _SIDE_PX) / max(self.width() - 2 * _SIDE_PX, 1)
        moment_ms = first + share * (last - first)
        if self.beat.gated:  # a frame stands for the time about it
            starts = self.times.starts_ms - self.times.starts_ms[0]
            return int(np.argmin(np.abs(starts - moment_ms)))
        return self.times.frame_at(moment_ms)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go there."""
        self.frame_chosen.emit(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go along."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.frame_chosen.emit(self.frame_at(event.position().x()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Words above, then the trace or the bar, the R waves and the frame."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), colour("panel"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(caption_font())
        metrics = QFontMetricsF(painter.font())
        words = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, self.width() - 2 * _SIDE_PX)
        painter.setPen(colour("soft"))
        painter.drawText(QPointF(_SIDE_PX, metrics.ascent() + 1), words)
        area = QRectF(0, metrics.height() + 2, self.width(), self.height() - metrics.height() - 2 - _ROOM_PX)
        if self.beat.trace is not None:
            self._draw_trace(painter, area, self.beat.trace)
        else:
            self._draw_bar(painter, area)
        self._draw_marks(painter, area)
        painter.end()

    def _draw_trace(self, painter: QPainter, area: QRectF, trace: Trace) -> None:
        first, last = self.span_ms
        moments = trace.start_ms + np.arange(len(trace.values)) * trace.step_ms
        seen = np.flatnonzero((moments >= first) & (moments <= last))
        if not len(seen):
            return
        values = trace.values[seen]
        low, high = float(values.min()), float(values.max())
        thin = max(1, len(seen) // _MOST_POINTS)
        heights = area.bottom() - (values - low) / max(high - low, 1e-6) * area.height()
        points = zip(moments[seen][::thin], heights[::thin], strict=True)
        painter.setPen(QPen(colour("action"), 1.2))
        painter.drawPolyline(QPolygonF([QPointF(self.x_of(float(m)), float(y)) for m, y in points]))

    def _draw_bar(self, painter: QPainter, area: QRectF) -> None:
        """From R to R, with a tick for every frame."""
        y = area.center().y()
        painter.setPen(QPen(colour("line"), 3))
        painter.drawLine(QPointF(self.x_of(self.span_ms[0]), y), QPointF(self.x_of(self.span_ms[1]), y))
        painter.setPen(QPen(colour("soft"), 1))
        for frame in range(self.times.count):
            x = self.x_of(self.times.start_of(frame))
            painter.drawLine(QPointF(x, y - 2), QPointF(x, y + 2))

    def _draw_marks(self, painter: QPainter, area: QRectF) -> None:
        """R waves dashed, with their letter; the frame on show as a line through all."""
        painter.setPen(QPen(colour("warning"), 1, Qt.PenStyle.DashLine))
        first, last = self.span_ms
        for r_ms in self.beat.r_ms:
            if first - 1e-6 <= r_ms <= last + 1e-6:
                x = self.x_of(r_ms)
                painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
                left = x - 11 if x > self.width() - 24 else x + 4
                painter.drawText(QPointF(left, area.top() + painter.fontMetrics().ascent() - 2), "R")
        painter.setPen(QPen(colour("text"), 1.5))
        x = self.x_of(self.times.start_of(min(self.frame, self.times.count - 1)))
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
