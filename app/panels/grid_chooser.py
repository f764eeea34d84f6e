"""A small sheet of cells: rows and columns of viewports, chosen with the mouse or the arrows."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.layouts import Layout
from app.theme import caption_font, colour

_CELL, _GAP, _EDGE, _TEXT = 34, 4, 10, 22
MOST = 4


class GridChooser(QWidget):
    """Shows up to 4 x 4 cells; those up to the pointer are the layout that a click chooses."""

    chosen = Signal(object)  # Layout

    def __init__(self, layout: Layout, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.rows, self.columns = layout.rows, layout.columns
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Rows and columns of viewports")
        side = 2 * _EDGE + MOST * _CELL + (MOST - 1) * _GAP
        self.setFixedSize(QSize(side, side + _TEXT))

    def cell(self, row: int, column: int) -> QRect:
        """Where a cell stands."""
        step = _CELL + _GAP
        return QRect(_EDGE + column * step, _EDGE + row * step, _CELL, _CELL)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the cells up to the pointer."""
        self._mark(event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose what is marked; elsewhere nothing."""
        place = event.position().toPoint()
        if self.rect().contains(place):
            self._mark(place)
            self._take()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows mark, Enter chooses, Escape leaves all as it is."""
        ways = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        key = Qt.Key(event.key())
        if key in ways:
            down, right = ways[key]
            self._set(self.rows + down, self.columns + right)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._take()
        else:
            super().keyPressEvent(event)

    def _mark(self, place: QPoint) -> None:
        step = _CELL + _GAP
        self._set((place.y() - _EDGE) // step + 1, (place.x() - _EDGE) // step + 1)

    def _set(self, rows: int, columns: int) -> None:
        self.rows, self.columns = min(max(rows, 1), MOST), min(max(columns, 1), MOST)
        self.update()

    def _take(self) -> None:
        self.chosen.emit(Layout(f"{self.rows}x{self.columns}"))
        self.close()

    def hideEvent(self, event: QHideEvent) -> None:
        """Keys go to the window again: not every system gives them back by itself."""
        super().hideEvent(event)
        if (parent := self.parentWidget()) is not None:
            parent.window().activateWindow()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, the marked ones filled, and their number in words."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("raised"))
        painter.setPen(colour("line"))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        for row in range(MOST):
            for column in range(MOST):
                marked = row < self.rows and column < self.columns
                painter.setPen(colour("action" if marked else "line"))
                painter.setBrush(colour("action_ground") if marked else colour("panel"))
                painter.drawRect(self.cell(row, column).adjusted(0, 0, -1, -1))
        painter.setFont(caption_font())
        painter.setPen(colour("text"))
        below = QRect(0, self.height() - _TEXT - 4, self.width(), _TEXT)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{self.rows} × {self.columns}")
        painter.end()
        event.accept()
