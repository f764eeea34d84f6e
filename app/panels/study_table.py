"""The table of the study list: its columns, how they sort, and which lines are left by search and status."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSortFilterProxyModel, Qt
from PySide6.QtGui import QColor

from app.library.values import StudyEntry
from app.panels.labels import tooltip
from app.reading_status import ReadStatus
from app.theme import colour
from app.triage import Level

COLUMNS = ("Patient", "ID", "Date", "Modality", "Study", "Status", "Triage", "Series", "Images", "")
WIDTHS = (176, 110, 148, 74, 160, 100, 190, 58, 64, 30)
STATUS, TRIAGE = COLUMNS.index("Status"), COLUMNS.index("Triage")
SEARCH = Qt.ItemDataRole.UserRole
SORT = Qt.ItemDataRole.UserRole + 1
_UNASKED = 99.0  # sorts studies without an answer last when the most urgent stand first
_TIPS = {
    STATUS: "How far the reading has come; right click to set it",
    TRIAGE: "What models say about the study, the strongest finding first: not for diagnostic use",
}
Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


class StudyTable(QAbstractTableModel):
    """Entries of the library as a table."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[StudyEntry] = []
        self._rows: dict[str, int] = {}  # by study uid

    def show(self, entries: Sequence[StudyEntry]) -> None:
        """Hold other entries."""
        self.beginResetModel()
        self._entries = list(entries)
        self._rows = {entry.uid: row for row, entry in enumerate(entries)}
        self.endResetModel()

    def entry(self, row: int) -> StudyEntry:
        """The entry of a row."""
        return self._entries[row]

    def entry_of(self, uid: str) -> StudyEntry | None:
        """The entry of a study."""
        row = self._rows.get(uid)
        return self._entries[row] if row is not None else None

    def restate(self, changed: StudyEntry) -> None:
        """Know more about one study."""
        if (row := self._rows.get(changed.uid)) is not None:
            self._entries[row] = changed
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """One row per study."""
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """As many as there are headings."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        """The headings, and what those mean that do not speak for themselves."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_TIPS.get(section, "Click to sort; a third click shows the newest first again"))
        return COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = 0) -> Any:
        """What stands in a cell; the tooltip says which files are gone."""
        entry, column = self._entries[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return cells(entry)[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return tooltip(_tip(entry, column))
        if role == Qt.ItemDataRole.ForegroundRole:
            return _ink(entry, column)
        if role == SEARCH:
            return searched(entry)
        return sort_key(entry, column) if role == SORT else None


class FoundStudies(QSortFilterProxyModel):
    """The lines that the search and the status leave, in the order of a column or newest first."""

    def __init__(self, table: StudyTable) -> None:
        super().__init__()
        self._table = table
        self.status: ReadStatus | None = None  # that a line must have; any where it is None
        self.setSourceModel(table)
        self.setFilterRole(SEARCH)
        self.setSortRole(SORT)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def show_status(self, status: ReadStatus | None) -> None:
        """Leave the studies of one status, or all."""
        self.status = status
        self.invalidate()

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:  # noqa: N802 - Qt's own name
        """Of the wished status, and found."""
        wanted = self.status is None or self._table.entry(row).reading.status is self.status
        return wanted and super().filterAcceptsRow(row, parent)

    def entry(self, row: int) -> StudyEntry:
        """The entry of a line."""
        return self._table.entry(self.mapToSource(self.index(row, 0)).row())

    @property
    def entries(self) -> tuple[StudyEntry, ...]:
        """Top to bottom."""
        return tuple(self.entry(row) for row in range(self.rowCount()))


def cells(entry: StudyEntry) -> tuple[str, ...]:
    """What stands in the columns."""
    when = " ".join(part for part in (entry.date, entry.time[:5]) if part)
    return (
        entry.patient.name or "no name",
        entry.patient.id,
        when,
        "/".join(entry.modalities),
        entry.description,
        f"● {status_words(ReadStatus.UNREAD)}"
        if entry.reading.status is ReadStatus.UNREAD
        else status_words(entry.reading.status),
        entry.triage.words if entry.triage else "",
        str(entry.series),
        str(entry.files),
        "⚠" if entry.missing else "",
    )


def searched(entry: StudyEntry) -> str:
    """What the search looks through."""
    return "\n".join((*cells(entry)[:5], entry.accession, entry.institution))


def sort_key(entry: StudyEntry, column: int) -> str | float:
    """By what a column sorts: the most urgent study and the least read one stand first."""
    keys: dict[str, str | float] = {
        "Date": f"{entry.date} {entry.time}",
        "Status": entry.reading.status.step,
        "Triage": -entry.triage.rank if entry.triage else _UNASKED,
        "Series": entry.series,
        "Images": entry.files,
    }
    return keys.get(COLUMNS[column], cells(entry)[column].casefold())


def status_words(status: ReadStatus) -> str:
    """A status as it stands in the list."""
    return status.value[:1].upper() + status.value[1:]


def _tip(entry: StudyEntry, column: int) -> str:
    if column == STATUS:
        return entry.reading.words
    if column == TRIAGE:
        return entry.triage.details if entry.triage else "No model has read this study yet."
    return entry.missing or cells(entry)[column]


def _ink(entry: StudyEntry, column: int) -> QColor | None:
    """What a model said has its own colour; what is done with is faint."""
    if column == TRIAGE and entry.triage is not None:
        return colour("model" if entry.triage.level is Level.FINDING else "faint")
    done = entry.reading.status in (ReadStatus.READ, ReadStatus.REPORTED)
    return colour("faint") if column == STATUS and done else None
