"""The study list: every study of the library, newest first, found by typing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QMenu,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.library.values import StudyEntry
from app.panels.labels import Role, label, tooltip
from app.theme import scaled

COLUMNS = ("Patient", "ID", "Date", "Modality", "Study", "Series", "Images", "")
WIDTHS = (190, 120, 140, 76, 160, 62, 68, 30)
EMPTY = "Drop a folder here, or Ctrl+O"
NOTHING_FOUND = "No study has this in its patient, ID, date, description or accession number."
Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class StudyTable(QAbstractTableModel):
    """Entries of the library as a table."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[StudyEntry, ...] = ()

    def show(self, entries: Sequence[StudyEntry]) -> None:
        """Hold other entries."""
        self.beginResetModel()
        self._entries = tuple(entries)
        self.endResetModel()

    def entry(self, row: int) -> StudyEntry:
        """The entry of a row."""
        return self._entries[row]

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """One row per study."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """As many as there are headings."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The headings."""
        is_heading = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return COLUMNS[section] if is_heading else None

    def data(self, index: Index, role: int = 0) -> Any:
        """What stands in a cell; the tooltip says which files are gone."""
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cells(entry)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(entry.missing or cells(entry)[index.column()])
        if role == Qt.ItemDataRole.UserRole:
            return searched(entry)
        return None


class StudiesPanel(QWidget):
    """Shows the library; asks for a study, or for one beside the open one."""

    open_requested = Signal(str)  # study uid
    prior_requested = Signal(str)  # study uid, to be shown beside the open one

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._table = StudyTable()
        self._found = QSortFilterProxyModel()
        self._found.setSourceModel(self._table)
        self._found.setFilterRole(Qt.ItemDataRole.UserRole)
        self._found.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search patient, ID, date, description")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(420)
        self.search.textChanged.connect(self._search)
        self.table = EntryView()
        self.table.setModel(self._found)
        self.table.chosen.connect(self._open_row)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self._count = label("", Role.CAPTION)
        self._empty = label(EMPTY, Role.HEADING, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def show_studies(self, entries: Sequence[StudyEntry]) -> None:
        """Show these studies in this order."""
        self._table.show(entries)
        self._tell()

    @property
    def shown(self) -> tuple[StudyEntry, ...]:
        """The entries that the search leaves, top to bottom."""
        rows = range(self._found.rowCount())
        return tuple(self._table.entry(self._found.mapToSource(self._found.index(r, 0)).row()) for r in rows)

    def _search(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        self._tell()

    def _tell(self) -> None:
        count = self._found.rowCount()
        self._count.setText(f"{count:,} {'study' if count == 1 else 'studies'}")
        self._empty.setText(NOTHING_FOUND if self._table.rowCount() else EMPTY)
        self._stack.setCurrentIndex(0 if count else 1)
        for widget in (self.search, self._count):
            widget.setVisible(self._table.rowCount() > 0)

    def _open_row(self, row: int) -> None:
        self.open_requested.emit(self.shown[row].uid)

    def _show_menu(self, point: QPoint) -> None:
        index = self.table.indexAt(point)
        if not index.isValid():
            return
        uid = self.shown[index.row()].uid
        menu = QMenu(self)
        menu.addAction("Open", lambda: self.open_requested.emit(uid))
        menu.addAction("Show as prior of the open study", lambda: self.prior_requested.emit(uid))
        menu.exec(self.table.viewport().mapToGlobal(point))
        menu.deleteLater()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.search, 1)
        top.addStretch()
        top.addWidget(self._count)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addLayout(self._stack, 1)
        self._tell()


class EntryView(QTableView):
    """Rows that are chosen by a double click or Enter."""

    chosen = Signal(int)  # row

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSortingEnabled(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.horizontalHeader().setHighlightSections(False)
        self.doubleClicked.connect(lambda index: self.chosen.emit(index.row()))

    def setModel(self, model: Any) -> None:  # noqa: N802 - Qt's own name
        """Give the columns their widths once there are columns."""
        super().setModel(model)
        for column, width in enumerate(WIDTHS):
            self.setColumnWidth(column, scaled(width))
        self.horizontalHeader().setSectionResizeMode(COLUMNS.index("Study"), QHeaderView.ResizeMode.Stretch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex().row())
        else:
            super().keyPressEvent(event)


def cells(entry: StudyEntry) -> tuple[str, ...]:
    """What stands in the columns."""
    when = " ".join(part for part in (entry.date, entry.time[:5]) if part)
    return (
        entry.patient.name or "no name",
        entry.patient.id,
        when,
        "/".join(entry.modalities),
        entry.description,
        str(entry.series),
        str(entry.files),
        "⚠" if entry.missing else "",
    )


def searched(entry: StudyEntry) -> str:
    """What the search looks through."""
    return "\n".join((*cells(entry)[:5], entry.accession, entry.institution))
