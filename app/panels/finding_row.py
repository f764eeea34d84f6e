"""One finding: its row, and what opens under it when it is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.panels.bars import MeasureBar, ScoreBar
from app.panels.labels import ElidedLabel, Role, label, recast, signed, tooltip
from app.panels.rows import Row
from app.report.measures import (
    chance_words,
    interval_words,
    is_measure,
    measure_words,
    number,
    outcome_words,
    value_words,
)
from inference.models.radclip_labels import COSINE
from inference.prediction import Decision, Finding, State

MARKS = {Decision.ACCEPTED: "✓", Decision.REJECTED: "✕", Decision.UNREVIEWED: ""}


class FindingRow(Row):
    """Name, bar with the threshold as a tick and margin; or the state in words where there is no score."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(spoken(finding))
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        above = finding.state is State.FINDING
        self.name = ElidedLabel(short_title(finding), Role.BODY if finding.score is not None else Role.FAINT)
        line.addWidget(self.name, 1)
        if mark := MARKS[finding.decision]:
            line.addWidget(label(mark, Role.PERSON))
        if finding.margin is None:
            self.state = label(finding.state.value, Role.FAINT)
            self.state.setToolTip(tooltip(finding.reason))
            line.addWidget(self.state)
            return
        line.addWidget(_bar(finding))
        self.state = label(_margin_or_value(finding), Role.BODY if above else Role.CAPTION)
        self.state.setMinimumWidth(56 if is_measure(finding.target) else 38)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.state)


class FindingDetail(QFrame):
    """The figures of the chosen finding, and the reader's decision."""

    decided = Signal(Decision, str)  # decision, comment

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._decision = Decision.UNREVIEWED
        self._figures = label("", Role.CAPTION, wrap=True)
        self._others = label("", Role.FAINT, wrap=True)
        self.accept = _decision_button("✓ Accept", "person", "The finding is there (Ctrl+Return)")
        self.reject = _decision_button(
            "✕ Reject", "bad", "The finding is not there, or not this (Ctrl+Backspace)"
        )
        self.status = label("", Role.FAINT)
        self.comment = QLineEdit()
        self.comment.setPlaceholderText("Comment")
        self.comment.setMaxLength(400)
        self.accept.clicked.connect(lambda: self._decide(Decision.ACCEPTED))
        self.reject.clicked.connect(lambda: self._decide(Decision.REJECTED))
        self.comment.returnPressed.connect(lambda: self.decided.emit(self._decision, self.comment.text()))
        self._lay_out()

    def show_finding(self, finding: Finding, others: str = "") -> None:
        """Show the figures and the decision of one finding, and what other models say of the same."""
        self._decision = finding.decision
        self._figures.setText(figures(finding))
        self._others.setText(others)
        self._others.setVisible(bool(others))
        self.comment.setText(finding.comment)
        self.accept.setChecked(finding.decision is Decision.ACCEPTED)
        self.reject.setChecked(finding.decision is Decision.REJECTED)
        self.status.setText(finding.decision.value)
        recast(self.status, Role.FAINT if finding.decision is Decision.UNREVIEWED else Role.PERSON)
        for widget in (self.accept, self.reject, self.status, self.comment):
            widget.setVisible(finding.score is not None)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.accept)
        buttons.addWidget(self.reject)
        buttons.addStretch()
        buttons.addWidget(self.status)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._figures)
        column.addWidget(self._others)
        column.addLayout(buttons)
        column.addWidget(self.comment)

    def _decide(self, decision: Decision) -> None:
        """A second click on the decision takes it back."""
        again = decision is self._decision
        self.decided.emit(Decision.UNREVIEWED if again else decision, self.comment.text())


def short_title(finding: Finding) -> str:
    """The title without the name of the group, which stands above it."""
    title = finding.target.title
    return title if finding.target.group == "diagnosis" else _upper_first(title.split(": ", 1)[-1])


def figures(finding: Finding) -> str:
    """State, score, threshold and probability of a finding in one sentence."""
    if finding.score is None:
        return f"{_upper_first(finding.state.value)}: {finding.reason or 'no reason was given'}"
    unit = f" {finding.target.unit}" if finding.target.unit else ""
    if finding.target.unit == COSINE:
        return f"Cosine {signed(finding.score, 2)} · probability {chance_words(finding.probability)}"
    if is_measure(finding.target):
        cut_off = f"cut-off {number(finding.target.threshold, finding.target)}{unit}"
        parts = (outcome_words(finding), value_words(finding), interval_words(finding), cut_off)
        return _upper_first(" · ".join(part for part in parts if part))
    text = f"{_upper_first(finding.state.value)} · score {signed(finding.score, 2)}{unit}"
    if finding.target.group != "priority":
        text += f", threshold {signed(finding.target.threshold, 2)}"
    if finding.probability is not None:
        text += f" · probability {100 * finding.probability:.0f} %"
    return text


def spoken(finding: Finding) -> str:
    """The row for a screen reader."""
    margin = "" if finding.margin is None else f", margin {finding.margin:+.1f}"
    if finding.score is not None and is_measure(finding.target):
        margin = f", {measure_words(finding)}"
    return f"{finding.target.title}: {outcome_words(finding)}{margin}, {finding.decision.value}"


def _margin_or_value(finding: Finding) -> str:
    """A measure shows its number; what is no number of nature shows how far it is from its threshold."""
    return value_words(finding) if is_measure(finding.target) else signed(finding.margin or 0.0)


def _bar(finding: Finding) -> QWidget:
    """A measure on its own physical scale, anything else by its margin."""
    if is_measure(finding.target):
        return MeasureBar(finding)
    bar = ScoreBar()
    bar.show_margin(finding.margin or 0.0)
    return bar


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _decision_button(text: str, role: str, tip: str) -> QPushButton:
    button = QPushButton(text)
    button.setCheckable(True)
    button.setToolTip(tip)
    button.setProperty("role", role)
    return button
