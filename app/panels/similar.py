"""Similar cases of the library, and a search of it by words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.labels import ElidedLabel, Role, label
from app.panels.rows import Row

PICTURE_PX = 56


@dataclass(frozen=True)
class Case:
    """A study that was found: what to say of it, and its cosine."""

    study_uid: str
    display_set_uid: str
    patient: str
    words: str  # date and description
    cosine: float


class CaseRow(Row):
    """A thumbnail, who, what and how near."""

    def __init__(self, case: Case) -> None:
        super().__init__(f"{case.patient}, {case.words}, cosine {case.cosine:+.2f}")
        self.picture = QLabel()
        self.picture.setFixedSize(PICTURE_PX, PICTURE_PX)
        self.picture.setProperty("role", "thumbnail")
        self.setMinimumHeight(PICTURE_PX + 8)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addStretch()
        texts.addWidget(ElidedLabel(case.patient or "no name", Role.BODY))
        texts.addWidget(ElidedLabel(case.words, Role.CAPTION))
        texts.addStretch()
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(self.picture)
        line.addLayout(texts, 1)
        line.addWidget(label(f"{case.cosine:+.2f}".replace("-", "−"), Role.MODEL))


class SimilarPanel(QWidget):
    """Asks for similar cases, by the series on show or by words; a click opens one."""

    similar_requested = Signal()
    text_requested = Signal(str)
    update_requested = Signal()
    open_requested = Signal(str)  # study uid

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, CaseRow] = {}
        self.words = QLineEdit()
        self.words.setPlaceholderText("Find by words, such as head MRI with oedema")
        self.words.setMaxLength(200)
        self.words.setClearButtonEnabled(True)
        self.like = QPushButton("Like this series")
        self.like.setToolTip("The studies of the library that look most like the series on show")
        self.update_library = QPushButton("Make the library searchable")
        self.update_library.setToolTip("Studies have to be read once before they can be found")
        self.state = label("", Role.CAPTION, wrap=True)
        self._body = QWidget()
        self.like.clicked.connect(self.similar_requested)
        self.update_library.clicked.connect(self.update_requested)
        self.words.returnPressed.connect(lambda: self.text_requested.emit(self.words.text()))
        self._lay_out()
        self.show_library(0, 0)

    @property
    def shown(self) -> tuple[str, ...]:
        """Uids of the studies on show, nearest first."""
        return tuple(self._rows)

    def show_library(self, embedded: int, missing: int) -> None:
        """How many pictures can be found, and how many studies have not been read yet."""
        self.update_library.setVisible(missing > 0)
        self.update_library.setText(f"Make {missing} stud{'y' if missing == 1 else 'ies'} searchable")
        if not self._rows:
            self.state.setText(
                f"{embedded:,} series can be searched." if embedded else "No study can be searched yet."
            )

    def show_busy(self, words: str) -> None:
        """A search or a reading is under way; empty words: it is over."""
        self.like.setEnabled(not words)
        self.update_library.setEnabled(not words)
        if words:
            self.state.setText(words)

    def show_cases(self, title: str, cases: Sequence[Case]) -> None:
        """Show what was found."""
        self._empty()
        layout = self._body.layout()
        assert layout is not None
        for case in cases:
            row = CaseRow(case)
            row.clicked.connect(lambda uid=case.study_uid: self.open_requested.emit(uid))
            self._rows[case.study_uid] = row
            layout.addWidget(row)
        self._body.setVisible(bool(cases))
        self.state.setText(title if cases else f"{title}: no other study of the library was found.")

    def show_picture(self, study_uid: str, image: QImage) -> None:
        """The thumbnail of a study has come."""
        if study_uid in self._rows:
            self._rows[study_uid].picture.setPixmap(QPixmap.fromImage(image))

    def _empty(self) -> None:
        for row in self._rows.values():
            row.setParent(None)
            row.deleteLater()
        self._rows = {}

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.words, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.like)
        buttons.addWidget(self.update_library)
        buttons.addStretch()
        rows = QVBoxLayout(self._body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addWidget(label("SIMILAR CASES", Role.SECTION))
        column.addLayout(head)
        column.addLayout(buttons)
        column.addWidget(self.state)
        column.addWidget(self._body)
