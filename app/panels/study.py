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

    def show_priors(self, entries: Sequence[StudyEntry], beside: str = "") -> None:
        """Show the other studies of the patient; `beside` is the one on the wall."""
        emptied(self._priors)
        self._heading.setVisible(bool(entries))
        for entry in entries:
            row = prior_row(entry)
            row.set_chosen(entry.uid == beside)
            row.clicked.connect(lambda uid=entry.uid: self.prior_chosen.emit(uid))
            self._priors.addWidget(row)


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
