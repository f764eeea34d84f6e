"""A quiet bar for what went wrong or needs to be known: a sentence and a hint, never a box in the way."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.panels.labels import Role, label
from app.panels.rows import link

STAYS_MS = 8_000  # good news leaves by itself; bad news stays until it is closed


class NoticeBar(QFrame):
    """Shows one notice; a newer one takes its place."""

    action_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.sentence = label("", wrap=True)
        self.hint = label("", Role.CAPTION, wrap=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.action = link("")
        self.action.clicked.connect(self.action_requested)
        self.dismiss = link("Dismiss")
        self.dismiss.clicked.connect(self.hide)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.sentence)
        texts.addWidget(self.hint)
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 8, 8, 8)
        line.addLayout(texts, 1)
        line.addWidget(self.action)
        line.addWidget(self.dismiss)
        self.hide()

    @property
    def holds_bad_news(self) -> bool:
        """Whether a grave notice waits to be dismissed."""
        return self.isVisible() and bool(self.property("grave"))

    def leave(self) -> None:
        """What was said of a study goes with it; what waits for an answer of the reader stays."""
        if not self.action.text():
            self.hide()

    def show_notice(self, sentence: str, hint: str = "", *, grave: bool = False, action: str = "") -> None:
        """Show a notice; a grave one stays until it is dismissed."""
        self.setProperty("grave", grave)
        self.style().unpolish(self)
        self.style().polish(self)
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.action.setText(action)
        self.action.setVisible(bool(action))
        self.show()
        self._timer.stop()
        if not grave:
            self._timer.start(STAYS_MS)
