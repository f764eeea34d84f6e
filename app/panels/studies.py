"""The study list: every study of the library, newest first, found by typing, by its status or by triage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
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
from app.panels.labels import Role, label
from app.panels.rows import Choice
from app.panels.study_table import COLUMNS, WIDTHS, FoundStudies, StudyTable, status_words
from app.reading_status import ReadStatus
from app.theme import scaled

EMPTY = "Drop a folder here, or Ctrl+O"
NOTHING_FOUND = "No study has this in its patient, ID, date, description or accession number."
NONE_OF_STATUS = "No study is {status}."
ALL = "all"


class StudiesPanel(QWidget):
    """Shows the library; asks for a study, for one beside the open one, or for another status."""

    open_requested = Signal(str)  # study uid
    prior_requested = Signal(str)  # study uid, to be shown beside the open one
    status_chosen = Signal(str, object)  # study uid, ReadStatus
    chosen_changed = Signal()
    shown_changed = Signal()  # what the search and the status leave

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._table = StudyTable()
        self._found = FoundStudies(self._table)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search patient, ID, date, description")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(scaled(420))
        self.search.textChanged.connect(self._search)
        self.status = status_choice()
        self.status.chosen.connect(self._filter)
        self.table = EntryView()
        self.table.setModel(self._found)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self.chosen_changed.emit())
        self.table.chosen.connect(lambda row: self.open_requested.emit(self._found.entry(row).uid))
        self.table.customContextMenuRequested.connect(self._show_menu)
        self._count = label("", Role.CAPTION)
        self._empty = label(EMPTY, Role.HEADING, wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._lay_out()

    def show_studies(self, entries: Sequence[StudyEntry]) -> None:
        """Show these studies in this order; the chosen one stays chosen."""
        chosen = self.chosen
        self._table.show(entries)
        self._tell()
        if chosen is not None:
            self.choose(chosen.uid)

    def restate(self, entry: StudyEntry) -> None:
        """Know more about one study, such as another status."""
        self._table.restate(entry)
        self._tell()

    @property
    def shown(self) -> tuple[StudyEntry, ...]:
        """The entries that the search and the status leave, top to bottom."""
        return self._found.entries

    @property
    def chosen(self) -> StudyEntry | None:
        """The entry that keys act on."""
        index = self.table.currentIndex()
        return self._found.entry(index.row()) if index.isValid() else None

    def choose(self, uid: str) -> None:
        """Choose the line of a study, if it is shown."""
        uids = [entry.uid for entry in self.shown]
        if uid in uids:
            self.table.selectRow(uids.index(uid))

    def entry_of(self, uid: str) -> StudyEntry | None:
        """The entry of a study, also where the search hides it."""
        return self._table.entry_of(uid)

    def menu(self, entry: StudyEntry) -> QMenu:
        """What a right click on a line offers."""
        menu = QMenu(self)
        menu.addAction("Open", lambda: self.open_requested.emit(entry.uid))
        menu.addAction("Show as prior of the open study", lambda: self.prior_requested.emit(entry.uid))
        marks = menu.addMenu("Mark as")
        group = QActionGroup(marks)
        for status in ReadStatus:
            action = marks.addAction(status_words(status))
            action.setCheckable(True)
            action.setChecked(status is entry.reading.status)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, s=status: self.status_chosen.emit(entry.uid, s))
        return menu

    def _search(self, text: str) -> None:
        self._found.setFilterFixedString(text.strip())
        self._tell()

    def _filter(self, key: str) -> None:
        self._found.show_status(None if key == ALL else ReadStatus(key))
        self._tell()

    def _tell(self) -> None:
        count, every = self._found.rowCount(), self._table.rowCount()
        of = f" of {every:,}" if count != every else ""
        self._count.setText(f"{count:,}{of} {'study' if (every if of else count) == 1 else 'studies'}")
        self._empty.setText(self._why_empty() if every else EMPTY)
        self._stack.setCurrentIndex(0 if count else 1)
        for widget in (self.search, self.status, self._count):
            widget.setVisible(every > 0)
        self.shown_changed.emit()

    def _why_empty(self) -> str:
        status = self._found.status
        if status is None or self.search.text().strip():
            return NOTHING_FOUND if status is None else f"{NOTHING_FOUND[:-1]} and is {status.value}."
        return NONE_OF_STATUS.format(status=status.value)

    def _show_menu(self, point: QPoint) -> None:
        index = self.table.indexAt(point)
        if not index.isValid():
            return
        menu = self.menu(self._found.entry(index.row()))
        menu.exec(self.table.viewport().mapToGlobal(point))
        menu.deleteLater()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(self.search, 1)
        top.addWidget(self.status)
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
    """Rows that are chosen by a double click or Enter, sorted by a click on a heading."""

    chosen = Signal(int)  # row

    def __init__(self) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(30)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSortIndicatorClearable(True)  # a third click shows the newest first again
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
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


def status_choice() -> Choice:
    """All studies, or those of one status."""
    options = [(ALL, "All"), *((status.value, status_words(status)) for status in ReadStatus)]
    tips = ["Every study", *(f"Only studies that are {status.value}" for status in ReadStatus)]
    choice = Choice(options, tips)
    choice.choose(ALL)
    return choice
