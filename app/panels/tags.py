"""What stands in the header of a file: a tree of tags, searched by typing, beside another file if wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from app.theme import colour, scaled, size_on_screen

NONE_BESIDE = "no other file"


@dataclass(frozen=True)
class TagLine:
    """One element: tag, name, kind and value as text; `items` of a sequence, each with its own elements."""

    tag: str
    name: str
    vr: str
    value: str
    beside: str = ""  # the value in the other file
    items: tuple[TagLine, ...] = field(default=())

    @property
    def differs(self) -> bool:
        """Whether the other file says something else."""
        return self.value != self.beside or any(item.differs for item in self.items)


class TagsDialog(QDialog):
    """Shows headers; asks for a file, and for one to compare it with."""

    files_chosen = Signal(int, int)  # places in the list; the second is -1 for none

    def __init__(self, files: Sequence[str], here: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("DICOM tags")
        self.resize(size_on_screen(920, 680))
        self.file, self.other = QComboBox(), QComboBox()
        self.file.addItems(list(files))
        self.file.setCurrentIndex(here)
        self.other.addItems([NONE_BESIDE, *files])
        for box in (self.file, self.other):
            box.activated.connect(lambda _n: self._ask())
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search tag, name or value")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _text: self._filter())
        self.only_different = QCheckBox("Only what differs")
        self.only_different.toggled.connect(lambda _on: self._filter())
        self.tree = QTreeWidget()
        self.tree.setUniformRowHeights(True)
        self.count = label("", Role.CAPTION)
        QShortcut(QKeySequence.StandardKey.Copy, self.tree, self._copy)
        self._build()

    def show_lines(self, lines: Sequence[TagLine], *, compared: bool) -> None:
        """Show the elements of one file, or of two side by side."""
        self.tree.clear()
        self.tree.setColumnHidden(4, not compared)
        self.only_different.setEnabled(compared)
        for line in lines:
            self.tree.addTopLevelItem(_item(line, compared=compared))
        self._filter()

    @property
    def shown(self) -> list[str]:
        """Names of the elements that the search leaves, top level only."""
        items = (self.tree.topLevelItem(n) for n in range(self.tree.topLevelItemCount()))
        return [item.text(1) for item in items if item is not None and not item.isHidden()]

    def _ask(self) -> None:
        self.files_chosen.emit(self.file.currentIndex(), self.other.currentIndex() - 1)

    def _filter(self) -> None:
        words = self.search.text().lower().split()
        only = self.only_different.isChecked() and self.only_different.isEnabled()
        left = 0
        for n in range(self.tree.topLevelItemCount()):
            if item := self.tree.topLevelItem(n):
                left += _keep(item, words, only=only)
        self.count.setText(f"{left:,} {'element' if left == 1 else 'elements'}")

    def _copy(self) -> None:
        item = self.tree.currentItem()
        if item is not None:
            QApplication.clipboard().setText("\t".join(item.text(n) for n in range(4)))

    def _build(self) -> None:
        self.tree.setHeaderLabels(["Tag", "Name", "VR", "Value", "Other file"])
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Interactive)
        for column, width in enumerate((150, 240, 44, 300)):
            self.tree.setColumnWidth(column, scaled(width))
        files, find = QHBoxLayout(), QHBoxLayout()
        files.addWidget(self.file, 1)
        files.addWidget(label("beside", Role.CAPTION))
        files.addWidget(self.other, 1)
        find.addWidget(self.search, 1)
        find.addWidget(self.only_different)
        find.addWidget(self.count)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(12, 12, 12, 12)
        column_.setSpacing(8)
        column_.addLayout(files)
        column_.addLayout(find)
        column_.addWidget(self.tree, 1)
        self.search.setFocus()


def _item(line: TagLine, *, compared: bool) -> QTreeWidgetItem:
    item = QTreeWidgetItem([line.tag, line.name, line.vr, line.value, line.beside])
    item.setData(0, Qt.ItemDataRole.UserRole, compared and line.differs)
    if compared and line.differs:
        for column in (3, 4):
            item.setForeground(column, QColor(colour("warning")))
    item.addChildren([_item(inner, compared=compared) for inner in line.items])
    return item


def _keep(item: QTreeWidgetItem, words: Sequence[str], *, only: bool) -> bool:
    """Hide what has not every word; what holds something that has them stays, and is opened."""
    said = " ".join(item.text(column) for column in range(5)).lower()
    own = all(word in said for word in words) and not (only and not item.data(0, Qt.ItemDataRole.UserRole))
    children = (item.child(n) for n in range(item.childCount()))
    inner = [_keep(child, words, only=only) for child in children if child is not None]
    item.setHidden(not (own or any(inner)))
    if words and any(inner):
        item.setExpanded(True)
    return own or any(inner)
