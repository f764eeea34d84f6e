"""Two ends on one line: the part of a length that is kept."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.panels.ink import Ink, ink

_EDGE, _RADIUS, _HEIGHT = 9.0, 6.0, 28


class RangeSlider(QWidget):
    """Shows low and high within limits; tells which end moves where, and when it was let go."""

    moved = Signal(bool, float)  # the high end, value
    taken = Signal()  # an end was taken in hand

    def __init__(self, name: str) -> None:
        super().__init__()
        self.limits, self.low, self.high = (0.0, 1.0), 0.0, 1.0
        self.end = False  # which end keys move: the high one
        self._held = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def show_range(self, low: float, high: float, limits: tuple[float, float]) -> None:
        """Show where the ends are."""
        self.low, self.high, self.limits = low, high, limits
        self.update()

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(120, _HEIGHT)

    def place(self, value: float) -> QPointF:
        """Where a value is on the line."""
        share = (value - self.limits[0]) / ((self.limits[1] - self.limits[0]) or 1.0)
        return QPointF(_EDGE + share * (self.width() - 2 * _EDGE), self.height() / 2)

    def _value_at(self, x: float) -> float:
        share = (x - _EDGE) / max(self.width() - 2 * _EDGE, 1.0)
        return self.limits[0] + share * (self.limits[1] - self.limits[0])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearer end in hand."""
        x = event.position().x()
        self.end = abs(x - self.place(self.high).x()) < abs(x - self.place(self.low).x())
        self._held = True
        self.taken.emit()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The end in hand follows."""
        if self._held:
            self.moved.emit(self.end, self._value_at(event.position().x()))

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._held = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down change ends, Left and Right move one by a millimetre, Shift by ten."""
        step = 10.0 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.end = event.key() == Qt.Key.Key_Up
            self.update()
        elif event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            sign = 1 if event.key() == Qt.Key.Key_Right else -1
            self.taken.emit()
            self.moved.emit(self.end, (self.high if self.end else self.low) + sign * step)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The line, what is kept of it, and the two ends."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        low, high = self.place(self.low), self.place(self.high)
        painter.fillRect(QRectF(_EDGE, low.y() - 2, self.width() - 2 * _EDGE, 4), ink(Ink.TRACK))
        on = self.isEnabled()
        painter.fillRect(
            QRectF(low.x(), low.y() - 2, high.x() - low.x(), 4), ink(Ink.AGAINST if on else Ink.QUIET)
        )
        for place, is_high in ((low, False), (high, True)):
            in_hand = self.hasFocus() and self.end is is_high
            painter.setPen(QPen(ink(Ink.TEXT if in_hand else Ink.TRACK), 2 if in_hand else 1))
            painter.setBrush(ink(Ink.AGAINST if on else Ink.QUIET))
            painter.drawEllipse(place, _RADIUS, _RADIUS)
        painter.end()
