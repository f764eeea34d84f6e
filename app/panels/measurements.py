"""The measurements of the open study as rows: what, how much, where. A click goes there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied, link
from app.theme import give_icon
from app.viewer.measurements.measurement import Measurement
from app.viewer.measurements.results import lines, title, value_words

_ROW_PX = 44


class MeasurementRow(Row):
    """One measurement: its name and place, and its result below."""

    removed = Signal()
    rename_asked = Signal()

    def __init__(self, measurement: Measurement) -> None:
        super().__init__(f"{title(measurement)} {value_words(measurement)}, {measurement.site.words}")
        self.setMinimumHeight(_ROW_PX)
        self.uid = measurement.uid
        remove = QToolButton()
        give_icon(remove, "cross")
        remove.setToolTip("Delete (Del)")
        remove.setAccessibleName(f"Delete {title(measurement)}")
        remove.clicked.connect(self.removed)
        self.line = QHBoxLayout()
        self.line.setSpacing(8)
        self.name = ElidedLabel(title(measurement))
        self.line.addWidget(self.name, 1)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addLayout(self.line)
        if value_words(measurement):
            texts.addWidget(ElidedLabel(value_words(measurement), Role.PERSON))
        where = f"locked · {measurement.site.words}" if measurement.locked else measurement.site.words
        texts.addWidget(ElidedLabel(where, Role.CAPTION))
        remove.setEnabled(not measurement.locked)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 2, 4)
        row.setSpacing(4)
        row.addLayout(texts, 1)
        row.addWidget(remove)
        self.setToolTip(tooltip("\n".join((title(measurement), *lines(measurement), "Double click renames"))))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Rename."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.rename_asked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete deletes, F2 renames; the rest as in every row."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename_asked.emit()
        else:
            super().keyPressEvent(event)


class MeasurementsPanel(QWidget):
    """Shows measurements; asks to go to one, to rename it, to delete it. Knows no picture."""

    chosen = Signal(str)  # uid
    removed = Signal(str)  # uid
    renamed = Signal(str, str)  # uid, new text
    exported = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, MeasurementRow] = {}
        self._shown: tuple[Measurement, ...] | None = None
        self._column = QVBoxLayout()
        self._column.setSpacing(2)
        self._export = link("Table…", "Write the measurements as CSV or JSON")
        self._export.clicked.connect(self.exported)
        head = QHBoxLayout()
        head.addWidget(label("MEASUREMENTS", Role.SECTION), 1)
        head.addWidget(self._export)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(self._column)
        self.show_measurements(())

    def show_measurements(self, measurements: Sequence[Measurement]) -> None:
        """Show these, in this order; the panel is away while there are none."""
        if self._shown == tuple(measurements):
            return
        self._shown = tuple(measurements)
        emptied(self._column)
        self._rows = {m.uid: MeasurementRow(m) for m in measurements}
        for uid, row in self._rows.items():
            row.clicked.connect(lambda uid=uid: self.chosen.emit(uid))
            row.removed.connect(lambda uid=uid: self.removed.emit(uid))
            row.rename_asked.connect(lambda uid=uid: self.rename(uid))
            self._column.addWidget(row)
        self.setVisible(bool(measurements))

    def mark_chosen(self, chosen: str) -> None:
        """Mark the row of the chosen measurement."""
        for uid, row in self._rows.items():
            row.set_chosen(uid == chosen)

    def rename(self, uid: str) -> None:
        """Put a field into the row in which the reader writes another name."""
        row = self._rows.get(uid)
        if row is None:
            return
        field = QLineEdit(next(m.text for m in self._shown or () if m.uid == uid))
        field.setMaxLength(200)
        field.setAccessibleName("Name of the measurement")
        row.line.replaceWidget(row.name, field)
        row.name.hide()
        field.editingFinished.connect(lambda: self._renamed(uid, field))
        field.setFocus()
        field.selectAll()

    def _renamed(self, uid: str, field: QLineEdit) -> None:
        """Tell once: Enter and losing the focus both end the writing."""
        field.blockSignals(True)
        self._shown = None  # the rows are made anew, also where the name has stayed
        self.renamed.emit(uid, field.text().strip())

    def row(self, uid: str) -> MeasurementRow:
        """The row of one measurement."""
        return self._rows[uid]

    @property
    def uids(self) -> tuple[str, ...]:
        """The measurements on show, top to bottom."""
        return tuple(self._rows)
