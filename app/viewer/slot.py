"""One place in the hanging: a view, or a sentence where there is none."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.theme import BODY_PX, font

EMPTY = "Drop a folder here, or Ctrl+O"
FREE = "Drag a series here"
NO_PICTURES = "This study holds no pictures.\nClick one of its reports and overlays on the left to read it."
_ACTIVE, _TEXT, _BAD = QColor("#4aa8ff"), QColor("#a9b4c0"), QColor("#e5786d")


class Slot(QWidget):
    """Holds one view with a frame that shows whether keys act on it."""

    activated = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: QWidget | None = None
        self.active = False
        self._text, self._is_error = EMPTY, False
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(1, 1, 1, 1)
        self.setMinimumSize(96, 96)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def hold(self, view: QWidget | None) -> None:
        """Show `view` in place of what was here, which is closed."""
        if self.view is not None:
            self._box.removeWidget(self.view)
            self.view.close()
            self.view.deleteLater()
        self.view = view
        if view is not None:
            self._box.addWidget(view)
            view.show()
        self.update()

    def say(self, text: str, *, is_error: bool = False) -> None:
        """Show a sentence in place of a view."""
        self.hold(None)
        self._text, self._is_error = text, is_error
        self.update()

    @property
    def text(self) -> str:
        """The sentence where there is no view."""
        return "" if self.view else self._text

    def set_active(self, active: bool) -> None:
        """Highlight the frame."""
        if active != self.active:
            self.active = active
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Black, the sentence, the frame."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.view is None:
            painter.setFont(font(BODY_PX))
            painter.setPen(_BAD if self._is_error else _TEXT)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(area.adjusted(24, 24, -24, -24), flags, self._text)
        if self.active:
            painter.setPen(_ACTIVE)
            painter.drawRect(area)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """An empty slot can be chosen too."""
        self.activated.emit()
        event.accept()
