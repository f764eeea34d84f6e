"""The reader's own list of windows for one modality: added, named, changed, put in order, taken away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.panels.labels import Role, label
from inference.imaging.study import Window

MOST = 40
FIRST_KEY, LAST_KEY = 2, 9
_HOW = "“Add” keeps the window of the picture on show under the next number key."


class PresetDialog(QDialog):
    """Shows windows as rows; tells the whole list at every change that makes sense."""

    changed = Signal(object)  # tuple[Window, ...]

    def __init__(
        self,
        modality: str,
        windows: Sequence[Window],
        shipped: Sequence[Window],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Window presets · {modality}")
        self.setMinimumSize(440, 360)
        self._shipped, self._now = tuple(shipped), Window(0.0, 1.0)
        self.table = QTableWidget(0, 4)
        self.table.setHorizontalHeaderLabels(["Key", "Name", "Width", "Level"])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.verticalHeader().hide()
        self.table.itemChanged.connect(self._tell)
        self.problem = label("", Role.WARNING, wrap=True)
        self._empty = label(f"{modality} has no windows of its own yet. {_HOW}", Role.CAPTION, wrap=True)
        self._lay_out()
        self.show_windows(windows)

    def offer(self, window: Window) -> None:
        """What "Add" adds: the window of the picture on show."""
        self._now = window

    def show_windows(self, windows: Sequence[Window]) -> None:
        """Show this list."""
        self.table.blockSignals(True)
        self.table.setRowCount(0)
        for window in windows:
            self._append(window)
        self._number()
        self.table.blockSignals(False)

    @property
    def windows(self) -> tuple[Window, ...] | None:
        """The list as it stands; None while a row makes no sense."""
        found = []
        for row in range(self.table.rowCount()):
            title, width, centre = (self._text(row, column) for column in (1, 2, 3))
            try:
                window = Window(
                    float(centre.replace(",", ".")), float(width.replace(",", ".")), title.strip()
                )
            except ValueError:
                return None
            if not title.strip() or not 0 < window.width < 1e7 or not abs(window.centre) < 1e7:
                return None
            found.append(window)
        return tuple(found)

    def _text(self, row: int, column: int) -> str:
        item = self.table.item(row, column)
        return item.text() if item is not None else ""

    def _append(self, window: Window) -> None:
        row = self.table.rowCount()
        self.table.insertRow(row)
        for column, text in enumerate(("", window.title, f"{window.width:g}", f"{window.centre:g}")):
            item = QTableWidgetItem(text)
            if column == 0:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
            self.table.setItem(row, column, item)

    def _number(self) -> None:
        for row in range(self.table.rowCount()):
            key = FIRST_KEY + row
            if (item := self.table.item(row, 0)) is not None:
                item.setText(str(key) if key <= LAST_KEY else "")
        self._empty.setVisible(not self.table.rowCount())

    def _tell(self, *_: object) -> None:
        windows = self.windows
        wrong = "Each row needs a name, a width above zero, and a level, as numbers."
        self.problem.setText("" if windows is not None else wrong)
        self.table.blockSignals(True)
        self._number()
        self.table.blockSignals(False)
        if windows is not None:
            self.changed.emit(windows)

    def _add(self) -> None:
        if self.table.rowCount() >= MOST:
            return
        self.table.blockSignals(True)
        self._append(Window(self._now.centre, self._now.width, f"Own {self.table.rowCount() + 1}"))
        self.table.blockSignals(False)
        self.table.setCurrentCell(self.table.rowCount() - 1, 1)
        self._tell()

    def _remove(self) -> None:
        if self.table.currentRow() >= 0:
            self.table.removeRow(self.table.currentRow())
            self._tell()

    def _move(self, step: int) -> None:
        row, windows = self.table.currentRow(), self.windows
        if windows is None or not 0 <= row < len(windows) or not 0 <= row + step < len(windows):
            return
        listed = list(windows)
        listed.insert(row + step, listed.pop(row))
        self.show_windows(listed)
        self.table.setCurrentCell(row + step, 1)
        self._tell()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        for text, tip, deed in (
            ("Add", "Add the window of the picture on show", self._add),
            ("Remove", "Take the chosen row away", self._remove),
            ("Up", "One key earlier", lambda: self._move(-1)),
            ("Down", "One key later", lambda: self._move(1)),
            ("As shipped", "The list that came with the product", self._ship),
        ):
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, deed=deed: deed())
            buttons.addWidget(button)
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        close.rejected.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for each in (self._empty, self.table, self.problem):
            column.addWidget(each)
        column.addLayout(buttons)
        column.addWidget(close)

    def _ship(self) -> None:
        self.show_windows(self._shipped)
        self._tell()
