"""A small field over the picture for a few words."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

_WIDTH = 220
_OWN = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class Field(QLineEdit):
    """Says once what was written: on Enter or when it loses the focus; nothing on Escape."""

    written = Signal(str)

    def __init__(self, view: QWidget, hint: str, text: str = "") -> None:
        super().__init__(text, view)
        self._view = view
        self._said = False
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.setMaxLength(200)
        self.returnPressed.connect(lambda: self._say(self.text()))

    def event(self, event: QEvent) -> bool:
        """Enter and Escape belong to the field, not to whatever they are short for in the window."""
        if event.type() is QEvent.Type.ShortcutOverride and cast(QKeyEvent, event).key() in _OWN:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leaves it unwritten."""
        if event.key() == Qt.Key.Key_Escape:
            self._say("")
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was typed counts, also without Enter."""
        super().focusOutEvent(event)
        self._say(self.text())

    def _say(self, text: str) -> None:
        if self._said:
            return
        self._said = True
        self.hide()
        self.deleteLater()
        self._view.setFocus()
        self.written.emit(text.strip())


def ask_text(view: QWidget, spot: QPointF, hint: str, then: Callable[[str], None], text: str = "") -> Field:
    """Let the reader write at a place on a view; `then` is told the words, empty for none."""
    field = Field(view, hint, text)
    field.written.connect(then)
    size = field.sizeHint()
    left = max(2, min(int(spot.x()) + 10, view.width() - _WIDTH - 2))
    top = max(2, min(int(spot.y()) + 6, view.height() - size.height() - 2))
    field.setGeometry(left, top, _WIDTH, size.height())
    field.show()
    field.setFocus()
    field.selectAll()
    return field
