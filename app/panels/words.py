"""A draft by a model, or any report: its words point at regions while the pointer rests on them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QTextEdit, QVBoxLayout, QWidget

from app.panels.ink import Ink, ink
from app.panels.labels import Role, label, tooltip
from app.panels.rows import emptied, link
from inference.models.t3d_reading import CTReading, WordMaps

NOWHERE = -1
_TEXT_PX = 132
_HELP = "Rest on a word to see where T3D looks when it reads it; click to go there."
_EDIT = "Type or paste a report. Its words then point at regions, as those of the draft do."


class WordsView(QPlainTextEdit):
    """A text that says which of its letters the pointer rests on."""

    hovered = Signal(int)  # position of the letter; NOWHERE away from the text
    clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setFixedHeight(_TEXT_PX)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName("Draft")

    def letter_at(self, x: float, y: float) -> int:
        """The letter under a place of the viewport; NOWHERE beside the text."""
        cursor = self.cursorForPosition(QPoint(round(x), round(y)))
        box = self.cursorRect(cursor)
        near = abs(box.center().y() - y) <= box.height() and abs(box.left() - x) <= 24
        return cursor.position() if near else NOWHERE

    def mark(self, span: tuple[int, int] | None) -> None:
        """Set one word off from the others."""
        if span is None:
            self.setExtraSelections([])
            return
        form = QTextCharFormat()
        form.setForeground(ink(Ink.MODEL))
        form.setFontUnderline(True)
        cursor = QTextCursor(self.document())
        cursor.setPosition(span[0])
        cursor.setPosition(span[1], QTextCursor.MoveMode.KeepAnchor)
        selection = QTextEdit.ExtraSelection()
        selection.cursor, selection.format = cursor, form
        self.setExtraSelections([selection])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which letter the pointer rests on."""
        super().mouseMoveEvent(event)
        place = event.position()
        self.hovered.emit(self.letter_at(place.x(), place.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell which letter was clicked."""
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton:
            place = event.position()
            self.clicked.emit(self.letter_at(place.x(), place.y()))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer rests on no letter any more."""
        super().leaveEvent(event)
        self.hovered.emit(NOWHERE)


class WordsPanel(QWidget):
    """Shows a draft with its sources, the nearest reports, and what restoration cannot foretell."""

    text_chosen = Signal(str)  # a text whose words are to point
    word_hovered = Signal(int)  # number of the word; NOWHERE for none
    word_chosen = Signal(int)
    errors_toggled = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._maps: WordMaps | None = None
        self._reading: CTReading | None = None
        self.view = WordsView()
        self.view.hovered.connect(self._hover)
        self.view.clicked.connect(self._click)
        self._help = label(_HELP, Role.CAPTION, wrap=True)
        self._sources = label("", Role.CAPTION, wrap=True)
        self._caveat = label("", Role.MODEL, wrap=True)
        self._nearest = QVBoxLayout()
        self.edit = QPushButton("Another text…")
        self.edit.setCheckable(True)
        self.edit.setToolTip(tooltip(_EDIT))
        self.edit.toggled.connect(self._set_editing)
        self.errors = QPushButton("Restoration error")
        self.errors.setCheckable(True)
        self.errors.setToolTip(tooltip("Where a place differs from what its surroundings foretell"))
        self.errors.toggled.connect(self.errors_toggled)
        self._lay_out()
        self.hide()

    def show_reading(self, reading: CTReading | None) -> None:
        """Show the draft of a reading; None, or one without words, hides the panel."""
        self._reading, self._maps = reading, None
        self.setVisible(reading is not None and bool(reading.draft or reading.nearest))
        self.errors.setChecked(False)
        self.edit.setChecked(False)
        if reading is None:
            return
        self.errors.setVisible(reading.errors is not None)
        self.view.setPlainText(reading.draft_text or "Nothing was drafted.")
        self._sources.setText("\n".join(f"“{s.text}” {s.source}" for s in reading.draft if s.target))
        self._sources.setVisible(any(s.target for s in reading.draft))
        self._caveat.setText(f"Draft by a model, not a report · {reading.caveat}")
        emptied(self._nearest)
        for near in reading.nearest:
            self._nearest.addWidget(self._nearest_link(near.text, near.cosine))

    def show_maps(self, maps: WordMaps | None) -> None:
        """The words of the text on show now point."""
        fits = maps is not None and maps.text == self.view.toPlainText()
        self._maps = maps if fits else None
        self._help.setText(_HELP if fits else "The words are being looked up…")

    def _nearest_link(self, text: str, cosine: float) -> QWidget:
        short = text if len(text) <= 60 else f"{text[:57]}…"
        made = link(f"{cosine:.2f}  {short}", text)
        made.clicked.connect(lambda: self.show_text(text))
        return made

    def show_text(self, text: str) -> None:
        """Show another text and ask for its words."""
        self.edit.setChecked(False)
        self.view.setPlainText(text)
        self.show_maps(None)
        self.text_chosen.emit(text)

    def _set_editing(self, editing: bool) -> None:
        self.view.setReadOnly(not editing)
        self.edit.setText("Use this text" if editing else "Another text…")
        if editing:
            self.view.mark(None)
            self._help.setText(_EDIT)
            self.view.setFocus()
        elif self._reading is not None and (self._maps is None or self._maps.text != self.view.toPlainText()):
            self.show_maps(None)
            self.text_chosen.emit(self.view.toPlainText())

    def _word(self, letter: int) -> int:
        if self._maps is None or letter == NOWHERE or not self.view.isReadOnly():
            return NOWHERE
        found = self._maps.word_at(letter)
        return NOWHERE if found is None else found

    def _hover(self, letter: int) -> None:
        word = self._word(letter)
        self.view.mark(self._maps.spans[word] if self._maps is not None and word != NOWHERE else None)
        self.word_hovered.emit(word)

    def _click(self, letter: int) -> None:
        if (word := self._word(letter)) != NOWHERE:
            self.word_chosen.emit(word)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 4)
        column.setSpacing(6)
        buttons = QHBoxLayout()
        buttons.addWidget(self.edit)
        buttons.addWidget(self.errors)
        column.addWidget(label("WORDS AND REGIONS", Role.SECTION))
        for widget in (self._caveat, self.view, self._help):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self._sources)
        column.addWidget(label("Nearest synthetic reports", Role.CAPTION))
        column.addLayout(self._nearest)
