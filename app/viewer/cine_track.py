"""The line under a loop: where it stands, and the part of it that is played."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme import colour

_HIGH, _ENDS_PX, _HANDLE_PX = 28, 9, 6
_UNREAD = 0.4  # of the colour of what is played
Spans = Sequence[tuple[int, int]]


class FrameTrack(QWidget):
    """Press or drag to go to a frame; drag an end to play a part alone; a double click plays all again."""

    frame_chosen = Signal(int)
    range_changed = Signal(int, int)  # first and last frame that are played

    def __init__(self) -> None:
        super().__init__()
        self.count, self.frame = 1, 0
        self.first, self.last = 0, 0
        self._here: Spans | None = None
        self._held = ""  # "first", "last" or "frame", while the button is down
        self.setAccessibleName("Frame")
        self.setToolTip("Drag to go through the frames; drag an end to play a part; double click plays all")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(48)

    def sizeHint(self) -> QSize:
        """As high as a click target."""
        return QSize(160, _HIGH)

    def show_loop(self, count: int) -> None:
        """Stand for another loop; a range that still fits is kept."""
        whole = (self.first, self.last) == (0, self.count - 1)
        self.count = max(count, 1)
        self.last = self.count - 1 if whole else min(self.last, self.count - 1)
        self.first = min(self.first, self.last)
        self.update()

    def show_frame(self, frame: int) -> None:
        """Mark the frame on show."""
        if frame != self.frame:
            self.frame = frame
            self.update()

    def show_here(self, spans: Spans | None) -> None:
        """Mark what has been read, as first and last frames; None where that is all of the loop."""
        if spans != self._here:
            self._here = spans
            self.update()

    def set_range(self, first: int, last: int) -> None:
        """Play from one frame to another."""
        first = min(max(first, 0), self.count - 1)
        last = min(max(last, first), self.count - 1)
        if (first, last) != (self.first, self.last):
            self.first, self.last = first, last
            self.range_changed.emit(first, last)
            self.update()

    def x_of(self, frame: int) -> float:
        """Where a frame stands."""
        width = self.width() - 2 * _ENDS_PX
        return _ENDS_PX + width * frame / max(self.count - 1, 1)

    def frame_at(self, x: float) -> int:
        """The frame nearest to a place."""
        share = (x - _ENDS_PX) / max(self.width() - 2 * _ENDS_PX, 1)
        return min(max(round(share * (self.count - 1)), 0), self.count - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the end that is near, below the line; else go to the frame."""
        x, below = event.position().x(), event.position().y() > _HIGH / 2
        near = {"first": abs(x - self.x_of(self.first)), "last": abs(x - self.x_of(self.last))}
        end = min(near, key=lambda name: near[name])
        self._held = end if below and near[end] <= _HANDLE_PX else "frame"
        self._drag(x)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what is held."""
        self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = ""
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Play all again."""
        self.set_range(0, self.count - 1)
        event.accept()

    def _drag(self, x: float) -> None:
        frame = self.frame_at(x)
        if self._held == "first":
            self.set_range(min(frame, self.last), self.last)
        elif self._held == "last":
            self.set_range(self.first, max(frame, self.first))
        elif self._held == "frame":
            self.frame_chosen.emit(frame)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The line, the part that is played with its two ends, and the frame on show."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = _HIGH / 2
        for start, end, ink in ((0, self.count - 1, QColor(colour("line"))), *self._played()):
            painter.setBrush(ink)
            left, right = self.x_of(start), self.x_of(end)
            painter.drawRoundedRect(QRectF(left, middle - 1.5, max(right - left, 1), 3), 1.5, 1.5)
        for frame, way in ((self.first, -1), (self.last, 1)):
            x = self.x_of(frame)
            ends = [QPointF(x, middle + 3), QPointF(x, middle + 10), QPointF(x + way * 6, middle + 10)]
            painter.drawPolygon(ends)
        painter.setBrush(colour("text"))
        painter.drawEllipse(QPointF(self.x_of(self.frame), middle), 5, 5)
        painter.end()
        event.accept()

    def _played(self) -> list[tuple[int, int, QColor]]:
        """The part that is played: fainter where it has not been read."""
        ink, faint = QColor(colour("action")), QColor(colour("action"))
        if self._here is None:
            return [(self.first, self.last, ink)]
        faint.setAlphaF(_UNREAD)
        read = ((max(start, self.first), min(end, self.last)) for start, end in self._here)
        bright = [(start, end, ink) for start, end in read if start <= end]
        return [(self.first, self.last, faint), *bright]
