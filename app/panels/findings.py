"""What a model said about the study: every target in one of five states, and what the reader made of it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.panels.finding_list import FindingList
from app.panels.finding_row import FindingDetail, FindingRow
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Choice, emptied, link
from app.report.measures import is_measure, measure_words
from inference.card import Card
from inference.models.radclip_labels import matches_words
from inference.prediction import Decision, Finding, Prediction

RANKED = "The ranking of all labels stands under Match with words (Ctrl+M)."


class FindingsPanel(QWidget):
    """Shows one prediction; asks for runs, decisions and cards."""

    finding_chosen = Signal(str)  # target
    decided = Signal(str, Decision, str)  # target, decision, comment
    run_requested = Signal()
    card_requested = Signal()
    model_chosen = Signal(str)  # key of a model that has answered too
    naming_requested = Signal()  # of the view that a loop shows

    def __init__(self) -> None:
        super().__init__()
        self.list = FindingList()
        self.list.finding_chosen.connect(self.finding_chosen)
        self.list.decided.connect(self.decided)
        self._heading = ElidedLabel("FINDINGS", Role.SECTION)
        self._card = link("Model card", "Targets, held-out figures, intended use and known failures (F2)")
        self._card.clicked.connect(self.card_requested)
        self._caveat = label("", Role.WARNING, wrap=True)
        self._conclusion = label("", Role.MODEL, wrap=True)
        self._grounds = label("", Role.CAPTION, wrap=True)
        self.name_view = link(
            "Name the view of this loop", "Say which standard view it shows; then the model reads again"
        )
        self.name_view.clicked.connect(self.naming_requested)
        self._run = QPushButton("Run the model")
        self._run.setProperty("role", "action")
        self._run.setToolTip("Let the model read the open study (Ctrl+R)")
        self._run.clicked.connect(self.run_requested)
        self._models = QVBoxLayout()
        self._lay_out()

    def show_empty(self) -> None:
        """No study is open."""
        self.list.clear()
        self._heading.show_text("FINDINGS")
        self._card.hide()
        self._caveat.hide()
        self._run.hide()
        self._say("Open a study to see what the model says about it.")

    def offer_naming(self, offered: bool) -> None:
        """Offer to name the view of a loop: where none was told, no value can be given."""
        self.name_view.setVisible(offered)

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
        self._say(f"No model fits this study.\n{why}".strip())

    def show_not_run(self, card: Card, *, running: bool = False, choices: int = 1) -> None:
        """No model has answered for this study yet; `running` while it is at work, `choices` that fit."""
        self.list.clear()
        self._show_card(card)
        self._run.setVisible(not running)
        self._run.setText(f"Run {card.title}" if choices == 1 else f"Run one of {choices} models…")
        self._say("Reading the study…" if running else f"{card.title} has not been run on this study.")

    def show_no_model(self) -> None:
        """No model is installed."""
        self.show_empty()
        self._say("No model is installed. Train one with `python -m training prima`.")

    def show_prediction(
        self, prediction: Prediction, chosen: str = "", others: Sequence[Prediction] = ()
    ) -> None:
        """Show every target; `chosen` gets its detail, with what `others` say of the same measure."""
        self._show_card(prediction.card)
        self._run.hide()
        self._say(_grounds(prediction), "\n".join(prediction.conclusions))
        self._grounds.setToolTip(tooltip("\n".join(f"{e.title}: {e.reason}" for e in prediction.excluded)))
        shown = _listed(prediction, chosen)
        if len(shown) < len(prediction.findings):
            self._grounds.setText(f"{self._grounds.text()}\n{RANKED}")
        self.list.show_findings(shown, chosen, said_by_others(prediction, others))

    def choose(self, target: str) -> None:
        """Mark a finding as the chosen one and open its detail; silent."""
        self.list.choose(target)

    def row(self, target: str) -> FindingRow:
        """The row of one target."""
        return self.list.row(target)

    @property
    def detail(self) -> FindingDetail:
        """What is open under the chosen finding."""
        return self.list.detail

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self._card)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addLayout(top)
        column.addLayout(self._models)
        for widget in (self._caveat, self._conclusion, self._grounds, self.name_view, self._run):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addWidget(self.list)
        self.show_empty()

    def _show_card(self, card: Card) -> None:
        self._heading.show_text(f"FINDINGS · {card.title.upper()} {card.version}")
        self._caveat.setText(card.caveat)
        self._caveat.show()
        self._card.show()

    def _say(self, text: str, conclusion: str = "") -> None:
        self.name_view.hide()
        self._conclusion.setText(conclusion)
        self._conclusion.setVisible(bool(conclusion))
        self._grounds.setText(text)
        self._grounds.setToolTip("")
        self._grounds.setVisible(bool(text))


def _grounds(prediction: Prediction) -> str:
    """Which series the answer rests on, in one line."""
    seen, left_out = len(prediction.seen), len(prediction.excluded)
    parts = [f"read {seen} series"] if seen else []
    parts += [f"{left_out} left out"] if left_out else []
    parts += [f"{prediction.seconds:.1f} s"] if prediction.seconds else []
    parts += [prediction.device] if prediction.device else []
    lines = [" · ".join(parts), _common_reason(prediction), *(f"⚠ {w}" for w in prediction.cautions)]
    return "\n".join(line for line in lines if line)


def _listed(prediction: Prediction, chosen: str) -> tuple[Finding, ...]:
    """Every target; of labels that are ranked elsewhere the chosen one alone."""
    picked = tuple(f for f in prediction.findings if f.target.name == chosen)
    return picked if picked and matches_words(prediction.card) else prediction.findings


def said_by_others(prediction: Prediction, others: Sequence[Prediction]) -> dict[str, str]:
    """By target, what other models say of the same measure: where two read one heart, both are told."""
    said: dict[str, str] = {}
    for target in (f.target for f in prediction.findings if is_measure(f.target)):
        found = (
            f"{other.card.title}: {measure_words(f)}"
            for other in others
            if other.card.key != prediction.card.key
            for f in other.findings
            if (f.target.name, f.target.unit) == (target.name, target.unit) and f.score is not None
        )
        if words := "\n".join(found):
            said[target.name] = words
    return said


def _common_reason(prediction: Prediction) -> str:
    """The one state and reason that all targets without a score share, said once where it can be read."""
    silent = {(f.state, f.reason) for f in prediction.findings if f.score is None}
    if len(silent) != 1:
        return ""
    state, reason = silent.pop()
    return f"{state.value}: {reason}" if reason else ""
