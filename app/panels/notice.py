"""A quiet bar for what went wrong or needs to be known: a sentence and a hint, never a box in the way."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from app.messages import LASTING, Subject
from app.panels.labels import Role, label
from app.panels.rows import link

STAYS_MS = 8_000  # good news leaves by itself; bad news stays until it is closed, or what it speaks of goes
LEAST_MS, LETTER_MS = 2_000, 40  # until a notice has been read


class NoticeBar(QFrame):
    """Shows one notice; a newer one takes its place."""

    action_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self.about = LASTING
        self._seen = QElapsedTimer()
        self.sentence = label("", wrap=True)
        self.hint = label("", Role.CAPTION, wrap=True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)  # others may come before their time
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

    @property
    def to_read_ms(self) -> int:
        """How long a reader may still need for it."""
        letters = len(self.sentence.text()) + len(self.hint.text())
        return max(0, LEAST_MS + LETTER_MS * letters - self._seen.elapsed()) if self._seen.isValid() else 0

    def leave(self) -> None:
        """What it speaks of is gone: so is the notice, once it could be read."""
        if not self.isVisible() or self.action.text():
            return
        self.about = LASTING  # said once
        if (wait_ms := self.to_read_ms) == 0:
            self.hide()
        elif not self._timer.isActive() or wait_ms < self._timer.remainingTime():
            self._timer.start(wait_ms)

    def show_notice(
        self,
        sentence: str,
        hint: str = "",
        *,
        grave: bool = False,
        action: str = "",
        about: Subject = LASTING,
    ) -> None:
        """Show a notice; a grave one stays until it is dismissed, or what it speaks of goes."""
        self.about = about
        self._seen.start()
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
