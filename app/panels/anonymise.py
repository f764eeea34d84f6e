"""What is asked before a study is copied without what says who the patient is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.deidentification.profile import Options
from app.panels.labels import Role, label
from app.theme import scaled

WIDTH = 520
WHAT = (
    "Names, numbers, dates, places, descriptions, private attributes and overlays are removed, and every "
    "UID is replaced, after DICOM PS3.15 Annex E, Basic Profile. The study itself is not changed. A list of "
    "what was done goes with the copies."
)
SHIFT = ("Shift dates instead of removing them", "All by the same number of weeks; times of day stay true.")
WORDS = ("Keep known words of descriptions", "Regions, planes and techniques, such as “T1 ax brain”.")
LOOKED = "I have looked at the pictures: no name or date is burned in"


class AnonymiseDialog(QDialog):
    """Shows what is to be copied and what to beware of; tells the options that were chosen."""

    chosen = Signal(object)  # Options

    def __init__(
        self, what: str, cautions: Sequence[str], options: Options, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export anonymised copy")
        self.setMinimumWidth(scaled(WIDTH))
        self.subject = QLineEdit(options.subject)
        self.subject.setPlaceholderText("Made up, such as ANON-7F3A21C0")
        self.subject.setMaxLength(64)
        self.shift, self.words, self.looked = QCheckBox(SHIFT[0]), QCheckBox(WORDS[0]), QCheckBox(LOOKED)
        self.shift.setChecked(options.shift_dates)
        self.words.setChecked(options.keep_descriptions)
        self.go, self.cancel = QPushButton("Choose folder…"), QPushButton("Cancel")
        self.go.setDefault(True)
        self.go.clicked.connect(self._choose)
        self.cancel.clicked.connect(self.reject)
        self._lay_out(what, cautions)

    @property
    def options(self) -> Options:
        """As they are chosen now."""
        return Options(
            self.shift.isChecked(),
            self.words.isChecked(),
            self.looked.isChecked(),
            self.subject.text().strip(),
        )

    def _choose(self) -> None:
        options = self.options
        self.accept()
        self.chosen.emit(options)

    def _lay_out(self, what: str, cautions: Sequence[str]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(what, Role.HEADING, wrap=True))
        column.addWidget(label(WHAT, Role.CAPTION, wrap=True))
        for caution in cautions:
            column.addWidget(label(caution, Role.WARNING, wrap=True))
        column.addSpacing(8)
        column.addWidget(label("Name and ID in the copies"))
        column.addWidget(self.subject)
        for box, remark in ((self.shift, SHIFT[1]), (self.words, WORDS[1])):
            column.addWidget(box)
            below = label(remark, Role.CAPTION, wrap=True)
            below.setContentsMargins(scaled(26), 0, 0, 0)
            column.addWidget(below)
        column.addWidget(self.looked)
        column.addStretch()
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.cancel)
        row.addWidget(self.go)
        column.addLayout(row)
