"""The open study in a few words, and the earlier ones of the same patient."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.library.values import StudyEntry
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied
from inference.imaging.study import Study


class StudyPanel(QWidget):
    """Shows whose study is open; asks for a prior beside it."""

    prior_chosen = Signal(str)  # study uid

    def __init__(self) -> None:
        super().__init__()
        self._who = ElidedLabel("", Role.BODY)
        self._what = ElidedLabel("", Role.CAPTION)
        self._when = ElidedLabel("", Role.CAPTION)
        card = QFrame()
        card.setProperty("role", "card")
        texts = QVBoxLayout(card)
        texts.setContentsMargins(8, 8, 8, 8)
        texts.setSpacing(2)
        for text in (self._who, self._what, self._when):
            texts.addWidget(text)
        self._card = card
        self._heading = label("PRIORS", Role.SECTION)
        self._rows: dict[str, Row] = {}  # of priors, by study uid
        self._priors = QVBoxLayout()
        self._priors.setSpacing(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 4)
        column.setSpacing(4)
        column.addWidget(label("STUDY", Role.SECTION))
        column.addWidget(card)
        column.addWidget(self._heading)
        column.addLayout(self._priors)
        self.show_study(None)

    def show_study(self, study: Study | None) -> None:
        """Show who was examined, how and when."""
        self._card.setVisible(study is not None)
        self.show_priors(())
        if study is None:
            return
        patient = study.patient
        number = "" if patient.id == patient.name else patient.id
        about = " · ".join(p for p in (f"{patient.sex} {patient.age}".strip(), number) if p)
        modalities = "/".join(sorted({s.modality for s in study.series if s.modality}))
        self._who.show_text(patient.name or "no name")
        self._what.show_text(about or ("" if patient.id else "no ID"))
        self._what.setVisible(bool(self._what.whole))
        self._when.show_text(" · ".join(p for p in (modalities, study.description, study.date) if p))

    def show_priors(self, entries: Sequence[StudyEntry]) -> None:
        """Show the other studies of the patient."""
        emptied(self._priors)
        self._rows = {entry.uid: prior_row(entry) for entry in entries}
        self._heading.setVisible(bool(entries))
        for uid, row in self._rows.items():
            row.clicked.connect(lambda uid=uid: self.prior_chosen.emit(uid))
            self._priors.addWidget(row)

    def mark_prior(self, beside: str) -> None:
        """Mark the prior that hangs beside the study; empty for none."""
        for uid, row in self._rows.items():
            row.set_chosen(uid == beside)


def prior_row(entry: StudyEntry) -> Row:
    """Date, modality and description of one prior."""
    what = " · ".join(part for part in ("/".join(entry.modalities), entry.description) if part)
    row = Row(f"prior {entry.date}, {what}")
    row.setToolTip(tooltip(f"Compare with {what} of {entry.date or 'unknown date'}"))
    line = QHBoxLayout(row)
    line.setContentsMargins(8, 4, 8, 4)
    line.setSpacing(8)
    line.addWidget(label(entry.date or "no date"))
    line.addWidget(ElidedLabel(what, Role.CAPTION), 1)
    return row
