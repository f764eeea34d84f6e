"""What changed since the prior study: every score before and now, and how well the two were aligned."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.comparison import Change
from app.panels.bars import PairBar
from app.panels.labels import ElidedLabel, Role, decimals_for, label, signed, tooltip
from app.panels.rows import Row, emptied, link
from app.report.measures import change_words, is_measure, measure_words
from inference.card import Card

MARKS = {"new": "new", "gone": "gone", "persistent": "persistent"}


class ComparisonPanel(QWidget):
    """Shows the changes, the largest first; asks for a finding, or to end the comparison."""

    finding_chosen = Signal(str)  # target
    ended = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._dates = label("", Role.CAPTION, wrap=True)
        self._alignment = label("", Role.CAPTION, wrap=True)
        self._warnings = label("", Role.WARNING, wrap=True)
        self._heading = ElidedLabel("CHANGE", Role.SECTION)
        self._caveat = label("", Role.WARNING, wrap=True)
        self._list = QVBoxLayout()
        self._list.setSpacing(1)
        self._lay_out()

    def show_dates(self, before: str, now: str) -> None:
        """Which studies lie side by side."""
        self._dates.setText(f"prior {before or 'of unknown date'}  →  current {now or 'of unknown date'}")

    def show_alignment(self, words: str, *, trustworthy: bool) -> None:
        """How well the prior was aligned with the current study, in words."""
        self._alignment.setText(words if trustworthy else f"⚠ {words}")
        self._alignment.setProperty("role", (Role.CAPTION if trustworthy else Role.WARNING).value)
        self._alignment.style().polish(self._alignment)

    def show_model(self, card: Card | None) -> None:
        """Whose scores they are; None before any model has answered."""
        self._heading.show_text(f"CHANGE · {card.title.upper()} {card.version}" if card else "CHANGE")
        self._caveat.setText(card.caveat if card else "")
        self._caveat.setVisible(card is not None)

    def show_changes(self, changes: Sequence[Change], warnings: Sequence[str] = ()) -> None:
        """Show the change in every score; `warnings` is what to know before trusting them."""
        emptied(self._list)
        self._warnings.setText("\n".join(f"⚠ {warning}" for warning in warnings))
        self._warnings.setVisible(bool(warnings))
        scores = [c for c in changes if not is_measure(c.after.target)]  # measures go by their own unit
        extent = max((abs(c.delta) for c in scores if c.delta is not None), default=0.0)
        for change in changes:
            row = change_row(change, extent)
            row.clicked.connect(lambda name=change.after.target.name: self.finding_chosen.emit(name))
            self._list.addWidget(row)

    def show_waiting(self, what: str) -> None:
        """The comparison is being worked out."""
        emptied(self._list)
        self._warnings.hide()
        self.show_model(None)
        self.show_alignment(what, trustworthy=True)

    def _lay_out(self) -> None:
        end = link("End", "Close the prior study")
        end.clicked.connect(self.ended)
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(end)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addLayout(top)
        for widget in (self._caveat, self._dates, self._alignment, self._warnings):
            column.addWidget(widget)
        column.addLayout(self._list)
        self.show_model(None)


def change_row(change: Change, extent: float) -> Row:
    """Name, both scores as bars, and the change: with its unit, or as fine as `extent` asks; or why none."""
    row = Row(f"{change.title}: {change.words}")
    row.setToolTip(tooltip(_figures(change)))
    line = QHBoxLayout(row)
    line.setContentsMargins(8, 3, 8, 3)
    line.setSpacing(8)
    line.addWidget(ElidedLabel(change.title), 1)
    if change.delta is None:
        line.addWidget(label("not comparable", Role.FAINT))
        return row
    if change.words in MARKS:
        line.addWidget(label(MARKS[change.words], Role.MODEL if change.words == "new" else Role.CAPTION))
    line.addWidget(PairBar(change.before, change.after))
    measured = is_measure(change.after.target)
    words = change_words(change.delta, change.after.target) if measured else ""
    delta = label(words or signed(change.delta, decimals_for(extent)))
    delta.setMinimumWidth(56 if measured else 38)
    delta.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    line.addWidget(delta)
    return row


def _figures(change: Change) -> str:
    if change.delta is None or change.before.score is None or change.after.score is None:
        return change.words
    if is_measure(change.after.target):
        before, now = measure_words(change.before), measure_words(change.after)
        return f"{change.words}\nprior {before}\ncurrent {now}"
    unit = change.after.target.unit
    before, now = signed(change.before.score, 2), signed(change.after.score, 2)
    return f"{change.words}\nprior {before} {unit}\ncurrent {now} {unit}"
