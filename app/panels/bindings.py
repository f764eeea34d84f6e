"""What every mouse button and key does, by profile; each can be changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from app.theme import size_on_screen
from app.viewer.look import Tool
from app.viewer.profiles import IN_HAND, Profile

PRESSES = (
    "left", "Shift+left", "Ctrl+left", "Alt+left", "middle", "right", "Shift+right", "Ctrl+right",
)  # fmt: skip
_NOTHING = "nothing of its own"


@dataclass(frozen=True)
class KeyRow:
    """One command and its shortcuts."""

    text: str
    tip: str
    keys: tuple[str, ...]


class BindingsDialog(QDialog):
    """Shows a profile; asks for another, for other keys, for other tools on buttons."""

    profile_chosen = Signal(str)
    keys_changed = Signal(str, list)  # text of the command, shortcuts
    mouse_changed = Signal(str, str)  # press, name of the tool

    def __init__(self, profiles: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Mouse and keys")
        self.resize(size_on_screen(760, 640))
        self.profiles = QComboBox()
        for key, title in profiles:
            self.profiles.addItem(title, key)
        self.profiles.activated.connect(lambda _n: self.profile_chosen.emit(str(self.profiles.currentData())))
        self.reset = QPushButton("Undo own changes")
        self.reset.clicked.connect(lambda: self.profile_chosen.emit(str(self.profiles.currentData())))
        self.buttons = {press: self._button_choice(press) for press in PRESSES}
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search actions and keys")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.table = QTreeWidget()
        self.field = QKeySequenceEdit()
        self.field.setMaximumSequenceLength(1)
        self._build()

    def show_profile(self, profile: Profile, rows: Sequence[KeyRow], *, own: bool) -> None:
        """Show what mouse and keys do now; `own` says that the reader has changed something."""
        self.profiles.setCurrentIndex(self.profiles.findData(profile.key))
        self.reset.setEnabled(own)
        for press, choice in self.buttons.items():
            with QSignalBlocker(choice):
                choice.setCurrentIndex(max(0, choice.findData(profile.mouse.get(press, ""))))
        here = self.chosen
        self.table.clear()
        for row in rows:
            item = QTreeWidgetItem([row.text.rstrip("…"), ", ".join(row.keys)])
            item.setData(0, Qt.ItemDataRole.UserRole, row.text)
            item.setToolTip(0, row.tip)
            self.table.addTopLevelItem(item)
            if row.text == here:
                self.table.setCurrentItem(item)
        self._filter(self.search.text())

    @property
    def chosen(self) -> str:
        """Text of the command in the chosen row; empty for none."""
        item = self.table.currentItem()
        return str(item.data(0, Qt.ItemDataRole.UserRole)) if item else ""

    def choose(self, text: str) -> None:
        """Choose the row of a command."""
        for n in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(n)
            if item is not None and item.data(0, Qt.ItemDataRole.UserRole) == text:
                self.table.setCurrentItem(item)

    def _button_choice(self, press: str) -> QComboBox:
        choice = QComboBox()
        choice.setAccessibleName(f"{press} button")
        choice.addItem(_NOTHING, "")
        choice.addItem("the tool in hand", IN_HAND)
        for tool in Tool:
            choice.addItem(tool.value, tool.value)
        choice.activated.connect(lambda _n: self.mouse_changed.emit(press, str(choice.currentData())))
        return choice

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Profile"))
        head.addWidget(self.profiles, 1)
        head.addWidget(self.reset)
        grid = QGridLayout()
        for n, (press, choice) in enumerate(self.buttons.items()):
            grid.addWidget(label(press, Role.CAPTION), n % 4, n // 4 * 2)
            grid.addWidget(choice, n % 4, n // 4 * 2 + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        self.table.setHeaderLabels(["Action", "Keys"])
        self.table.setRootIsDecorated(False)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.currentItemChanged.connect(lambda *_: self.field.clear())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for part in (head, grid):
            column.addLayout(part)
        column.addWidget(self.search)
        column.addWidget(self.table, 1)
        column.addLayout(self._foot())

    def _foot(self) -> QHBoxLayout:
        give, take, close = QPushButton("Give this key"), QPushButton("Take its keys"), QPushButton("Close")
        give.clicked.connect(self._give)
        take.clicked.connect(self._take)
        close.clicked.connect(self.accept)
        for button in (give, take, close, self.reset):
            button.setAutoDefault(False)
        foot = QHBoxLayout()
        foot.addWidget(label("New key", Role.CAPTION))
        foot.addWidget(self.field, 1)
        for button in (give, take, close):
            foot.addWidget(button)
        return foot

    def _give(self) -> None:
        """The key becomes the one key of the chosen action."""
        key = self.field.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if self.chosen and key:
            self.keys_changed.emit(self.chosen, [key])

    def _take(self) -> None:
        """The chosen action has no key any more."""
        if self.chosen:
            self.keys_changed.emit(self.chosen, [])

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        for n in range(self.table.topLevelItemCount()):
            if item := self.table.topLevelItem(n):
                said = f"{item.text(0)} {item.text(1)}".lower()
                item.setHidden(not all(word in said for word in words))
