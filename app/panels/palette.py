"""The command palette and the sheet of keys, both made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label


class Palette(QDialog):
    """Finds an action by letters of its name and takes it."""

    taken = Signal(QAction)

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._actions = actions
        self.field = QLineEdit()
        self.field.setPlaceholderText("Type what you want to do")
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda _item: self._take())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(480, 360)
        self._filter("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the letters; Enter takes."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                row = self.list.currentRow() + step
                self.list.setCurrentRow(max(0, min(self.list.count() - 1, row)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.clear()
        for action in matching(self._actions, text):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QListWidgetItem(f"{action.text()}    {keys}")
            item.setData(Qt.ItemDataRole.UserRole, action)
            item.setToolTip(action.statusTip())
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _take(self) -> None:
        if item := self.list.currentItem():
            self.close()
            self.taken.emit(item.data(Qt.ItemDataRole.UserRole))


class KeySheet(QDialog):
    """All keys on one page, by menu."""

    def __init__(
        self, groups: Sequence[tuple[str, Sequence[QAction]]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        self.resize(980, 640)
        body = QWidget()
        columns = QHBoxLayout(body)
        columns.setContentsMargins(16, 16, 16, 16)
        columns.setSpacing(24)
        for title, actions in groups:
            columns.addLayout(_sheet_column(title, actions))
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def matching(actions: Sequence[QAction], text: str) -> list[QAction]:
    """Actions that can be taken now and whose name has every word of `text`; those that begin so first."""
    words = text.lower().split()
    found = [a for a in actions if a.isEnabled() and all(w in a.text().lower() for w in words)]
    return sorted(found, key=lambda a: not a.text().lower().startswith(text.lower()))


def _sheet_column(title: str, actions: Sequence[QAction]) -> QVBoxLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    for row, action in enumerate(a for a in actions if a.shortcuts()):
        keys = ", ".join(s.toString(QKeySequence.SequenceFormat.NativeText) for s in action.shortcuts())
        grid.addWidget(label(keys, Role.CAPTION), row, 0)
        grid.addWidget(label(action.text()), row, 1)
    column = QVBoxLayout()
    column.addWidget(label(title.upper(), Role.SECTION))
    column.addLayout(grid)
    column.addStretch()
    return column
