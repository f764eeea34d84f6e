"""The command palette and the sheet of keys, both made from the table of commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QScrollArea,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from app.theme import percent, size_on_screen

Group = tuple[str, Sequence[QAction]]
Line = tuple[str, str]  # text, keys
SHEET_WIDTH = 1240
HEADING = 2  # lines that the name of a group takes


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
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(lambda _item: self._take())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.resize(size_on_screen(480, 360))
        self._filter("")
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the letters; Enter takes."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                here = self.list.currentItem()
                row = step + (self.list.indexOfTopLevelItem(here) if here else 0)
                self._mark(max(0, min(self.list.topLevelItemCount() - 1, row)))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        self.list.clear()
        for action in matching(self._actions, text):
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([action.text(), keys])
            item.setData(0, Qt.ItemDataRole.UserRole, action)
            item.setToolTip(0, action.statusTip())
            self.list.addTopLevelItem(item)
        self._mark(0)

    def _mark(self, row: int) -> None:
        if item := self.list.topLevelItem(row):
            self.list.setCurrentItem(item)

    def _take(self) -> None:
        if item := self.list.currentItem():
            self.close()
            self.taken.emit(item.data(0, Qt.ItemDataRole.UserRole))


class KeySheet(QDialog):
    """All keys on one page, by menu."""

    def __init__(self, groups: Sequence[Group], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keys")
        columns = 4 if percent() <= 110 else 2
        self.resize(size_on_screen(SHEET_WIDTH, 840))
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(16, 16, 16, 16)
        row.setSpacing(24)
        for column in in_columns(groups, columns):
            stacked = QVBoxLayout()
            stacked.setSpacing(20)
            for title, lines in column:
                stacked.addLayout(_sheet_group(title, lines))
            stacked.addStretch()
            row.addLayout(stacked)
        scroll = QScrollArea()
        scroll.setWidget(body)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the arrows scroll it
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)


def matching(actions: Sequence[QAction], text: str) -> list[QAction]:
    """Actions that can be taken now and whose name has every word of `text`; those that begin so first."""
    words = text.lower().split()
    found = [a for a in actions if a.isEnabled() and all(w in a.text().lower() for w in words)]
    return sorted(found, key=lambda a: not a.text().lower().startswith(text.lower()))


def sheet_lines(actions: Sequence[QAction]) -> list[tuple[str, str]]:
    """Text and keys of each action; actions that differ by a number alone are one line."""
    lines: dict[str, list[str]] = {}
    for action in actions:
        keys = [s.toString(QKeySequence.SequenceFormat.NativeText) for s in action.shortcuts()]
        if keys:
            lines.setdefault(action.text().rstrip(" 0123456789"), []).extend(keys)
    return [
        (text, f"{keys[0]} … {keys[-1]}" if len(keys) > 3 else ", ".join(keys))
        for text, keys in lines.items()
    ]


def in_columns(groups: Sequence[Group], columns: int) -> list[list[tuple[str, list[Line]]]]:
    """All lines in columns of about the same length, as in a newspaper: a group may go on in the next one."""
    lines = [(title, line) for title, actions in groups for line in sheet_lines(actions)]
    longest = -(-(len(lines) + HEADING * len(groups)) // columns)
    laid: list[list[tuple[str, list[Line]]]] = [[]]
    room = longest
    for title, line in lines:
        if room < 1 and len(laid) < columns:
            laid.append([])
            room = longest
        if not laid[-1] or laid[-1][-1][0] != title:
            laid[-1].append((title, []))
            room -= HEADING
        laid[-1][-1][1].append(line)
        room -= 1
    return laid


def _sheet_group(title: str, lines: Sequence[Line]) -> QVBoxLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(12)
    grid.setVerticalSpacing(6)
    grid.setColumnStretch(1, 1)
    for row, (text, keys) in enumerate(lines):
        grid.addWidget(label(keys, Role.CAPTION), row, 0)
        grid.addWidget(label(text, wrap=True), row, 1)
    column = QVBoxLayout()
    column.addWidget(label(title.upper(), Role.SECTION))
    column.addLayout(grid)
    return column
