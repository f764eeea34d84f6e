"""What a model said about the study: every target in one of five states, and what the reader made of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.panels.finding_row import FindingDetail, FindingRow
from app.panels.labels import Role, label, tooltip
from app.panels.rows import Choice, emptied, link
from app.report.measures import is_measure
from inference.card import Card
from inference.prediction import Decision, Finding, Prediction, State

GROUP_TITLES = {"diagnosis": "", "measure": "MEASURES", "referral": "REFERRAL", "priority": "PRIORITY"}


class FindingsPanel(QWidget):
    """Shows one prediction; asks for runs, decisions and cards."""

    finding_chosen = Signal(str)  # target
    decided = Signal(str, Decision, str)  # target, decision, comment
    run_requested = Signal()
    card_requested = Signal()
    model_chosen = Signal(str)  # key of a model that has answered too

    def __init__(self) -> None:
        super().__init__()
        self._rows: dict[str, FindingRow] = {}
        self._prediction: Prediction | None = None
        self._chosen = ""
        self._detail = FindingDetail()
        self._detail.decided.connect(self._pass_on)
        self._heading = label("FINDINGS", Role.SECTION)
        self._card = link("Model card", "Targets, held-out figures, intended use and known failures")
        self._card.clicked.connect(self.card_requested)
        self._caveat = label("", Role.WARNING, wrap=True)
        self._grounds = label("", Role.CAPTION, wrap=True)
        self._run = QPushButton("Run the model")
        self._run.setProperty("role", "action")
        self._run.clicked.connect(self.run_requested)
        self._fold = link("", "Show or fold away what is not a finding")
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._fold.setProperty("role", "fold")
        self._fold.clicked.connect(self._toggle_fold)
        self._folded: list[QWidget] = []
        self._unfolded = False
        self._models = QVBoxLayout()
        self._list = QVBoxLayout()
        self._list.setSpacing(1)
        self._lay_out()

    def show_empty(self) -> None:
        """No study is open."""
        self._clear()
        self._heading.setText("FINDINGS")
        self._card.hide()
        self._caveat.hide()
        self._run.hide()
        self._say("Open a study to see what the model says about it.")

    def show_models(self, models: Sequence[tuple[str, str]], chosen: str) -> None:
        """Offer the answers of several models, as (key, title); one alone needs no choice."""
        emptied(self._models)
        if len(models) > 1:
            choice = Choice(models)
            choice.choose(chosen)
            choice.chosen.connect(self.model_chosen)
            self._models.addWidget(choice)

    def show_no_fit(self, why: str) -> None:
        """No installed model fits the study."""
        self.show_empty()
        self._say(f"No model fits this study. {why}." if why else "No model fits this study.")

    def show_not_run(self, card: Card, *, running: bool = False, choices: int = 1) -> None:
        """No model has answered for this study yet; `running` while it is at work, `choices` that fit."""
        self._clear()
        self._show_card(card)
        self._run.setVisible(not running)
        self._run.setText(f"Run {card.title}" if choices == 1 else f"Run one of {choices} models…")
        self._say("Reading the study…" if running else f"{card.title} has not been run on this study.")

    def show_no_model(self) -> None:
        """No model is installed."""
        self.show_empty()
        self._say("No model is installed. Train one with `python -m training prima`.")

    def show_prediction(self, prediction: Prediction, chosen: str = "") -> None:
        """Show every target; `chosen` gets its detail under it."""
        self._clear()
        self._prediction = prediction
        self._show_card(prediction.card)
        self._run.hide()
        self._say(_grounds(prediction))
        self._grounds.setToolTip(tooltip("\n".join(f"{e.title}: {e.reason}" for e in prediction.excluded)))
        ordered = _in_reading_order(prediction.findings)
        found = [f for f in ordered if _stands_open(f)]
        self._add_all(found)
        rest = [f for f in ordered if not _stands_open(f)]
        if rest:
            self._fold.setText(fold_words(rest))
            self._list.addWidget(self._fold)
            self._fold.show()
        self._folded = self._add_all(rest)
        self._set_unfolded(self._unfolded or not any(f.target.group == "diagnosis" for f in found))
        self.choose(chosen)

    def choose(self, target: str) -> None:
        """Mark a finding as the chosen one and open its detail; silent."""
        self._chosen = target if target in self._rows else ""
        if self._chosen and self._rows[self._chosen] in self._folded:
            self._set_unfolded(True)
        for name, row in self._rows.items():
            row.set_chosen(name == self._chosen)
        self._detail.hide()
        if self._chosen and self._prediction:
            self._list.removeWidget(self._detail)
            self._list.insertWidget(self._list.indexOf(self._rows[self._chosen]) + 1, self._detail)
            self._detail.show_finding(self._prediction.finding(self._chosen))
            self._detail.show()

    def row(self, target: str) -> FindingRow:
        """The row of one target."""
        return self._rows[target]

    @property
    def detail(self) -> FindingDetail:
        """What is open under the chosen finding."""
        return self._detail

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self._card)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(self._models)
        for widget in (self._caveat, self._grounds, self._run):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addLayout(self._list)
        self.show_empty()

    def _show_card(self, card: Card) -> None:
        self._heading.setText(f"FINDINGS · {card.title.upper()} {card.version}")
        self._caveat.setText(card.caveat)
        self._caveat.show()
        self._card.show()

    def _say(self, text: str) -> None:
        self._grounds.setText(text)
        self._grounds.setToolTip("")
        self._grounds.setVisible(bool(text))

    def _add_all(self, findings: list[Finding]) -> list[QWidget]:
        """Rows under the heading of their group; all widgets that were added."""
        added: list[QWidget] = []
        group = "diagnosis"
        for finding in findings:
            if finding.target.group != group:
                group = finding.target.group
                added.append(label(GROUP_TITLES[group], Role.SECTION))
            added.append(self._row(finding))
        for widget in added:
            self._list.addWidget(widget)
        return added

    def _row(self, finding: Finding) -> FindingRow:
        row = FindingRow(finding)
        row.clicked.connect(lambda name=finding.target.name: self.finding_chosen.emit(name))
        self._rows[finding.target.name] = row
        return row

    def _set_unfolded(self, unfolded: bool) -> None:
        self._fold.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        for widget in self._folded:
            widget.setVisible(unfolded)

    def _toggle_fold(self) -> None:
        self._unfolded = self._fold.arrowType() is Qt.ArrowType.RightArrow
        self._set_unfolded(self._unfolded)

    def _clear(self) -> None:
        self._list.removeWidget(self._detail)
        self._list.removeWidget(self._fold)
        for widget in (self._detail, self._fold):
            widget.setParent(self)
            widget.hide()
        emptied(self._list)
        self._folded = []
        self._rows.clear()
        self._prediction = None

    def _pass_on(self, decision: Decision, comment: str) -> None:
        if self._chosen:
            self.decided.emit(self._chosen, decision, comment)


def fold_words(findings: list[Finding]) -> str:
    """How many targets are no finding, by state: a fold hides rows, never what they say together."""
    short = {State.NO_FINDING: "below threshold"}
    counts = [(state, sum(f.state is state for f in findings)) for state in State]
    return " · ".join(f"{count} {short.get(state, state.value)}" for state, count in counts if count)


def _in_reading_order(findings: tuple[Finding, ...]) -> list[Finding]:
    """Group by group; what is above its threshold first, then by margin, then what has no score."""
    groups = list(GROUP_TITLES)
    states = list(State)
    return sorted(
        findings,
        key=lambda f: (
            groups.index(f.target.group),
            0 if _stands_open(f) else states.index(f.state),
            -_rank(f),
        ),
    )


def _rank(finding: Finding) -> float:
    """Margins in different units say nothing about each other: measures keep the order of the card."""
    return 0.0 if is_measure(finding.target) else finding.margin or 0.0


def _stands_open(finding: Finding) -> bool:
    """What is found, and every number that was measured, is never folded away."""
    return finding.state is State.FINDING or (finding.score is not None and is_measure(finding.target))


def _grounds(prediction: Prediction) -> str:
    """Which series the answer rests on, in one line."""
    seen, left_out = len(prediction.seen), len(prediction.excluded)
    parts = [f"read {seen} series"] if seen else []
    parts += [f"{left_out} left out"] if left_out else []
    parts += [f"{prediction.seconds:.1f} s"] if prediction.seconds else []
    parts += [prediction.device] if prediction.device else []
    lines = [" · ".join(parts), _common_reason(prediction), *(f"⚠ {w}" for w in prediction.warnings)]
    return "\n".join(line for line in lines if line)


def _common_reason(prediction: Prediction) -> str:
    """The one state and reason that all targets without a score share, said once where it can be read."""
    silent = {(f.state, f.reason) for f in prediction.findings if f.score is None}
    if len(silent) != 1:
        return ""
    state, reason = silent.pop()
    return f"{state.value}: {reason}" if reason else ""
