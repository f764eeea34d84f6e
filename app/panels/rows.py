"""Rows that can be chosen with the mouse or the keyboard, and buttons of which one is down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.panels.labels import tooltip

ROW_HEIGHT = 30


class Row(QFrame):
    """A row that says when it was chosen: by a click, by Space or Enter."""

    clicked = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setProperty("role", "row")
        self.setProperty("chosen", False)
        self.setMinimumHeight(ROW_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(name)

    def set_chosen(self, chosen: bool) -> None:
        """Mark the row as the chosen one."""
        if self.property("chosen") != chosen:
            self.setProperty("chosen", chosen)
            self.style().unpolish(self)
            self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose on a left click that ends on the row."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose with Space or Enter."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Choice(QWidget):
    """A row of buttons of which one is down."""

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]], tips: Sequence[str] = ()) -> None:
        """`options` are (key, text); `tips` go with them."""
        super().__init__()
        self.setProperty("role", "choice")
        self._buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for n, (key, text) in enumerate(options):
            button = QPushButton(text)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.setToolTip(tooltip(tips[n]) if n < len(tips) else "")
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            self._buttons[key] = button
            self._group.addButton(button)
            row.addWidget(button, 1)

    def choose(self, key: str) -> None:
        """Put one button down without telling anybody; an unknown key lifts them all."""
        with QSignalBlocker(self):
            self._group.setExclusive(False)
            for name, button in self._buttons.items():
                button.setChecked(name == key)
            self._group.setExclusive(True)

    def button(self, key: str) -> QPushButton:
        """The button of one option."""
        return self._buttons[key]


def link(text: str, tip: str = "") -> QToolButton:
    """A quiet button that reads like text."""
    made = QToolButton()
    made.setText(text)
    made.setToolTip(tooltip(tip))
    made.setProperty("role", "link")
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    return made


def emptied(layout: QLayout) -> None:
    """Take every widget out of a layout, and out of the window."""
    while item := layout.takeAt(0):
        if widget := item.widget():
            widget.hide()
            widget.deleteLater()
        elif inner := item.layout():
            emptied(inner)
