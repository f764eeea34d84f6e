"""What a model says about the open study, and what the reader makes of it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.desk import FindingKey, Verdict, finding_key
from app.jobs import Job
from app.panels.card import CardDialog
from app.panels.findings import FindingsPanel
from app.report.content import chosen_finding
from app.workbench.services import Services
from inference.card import Card
from inference.errors import WeightsError
from inference.imaging.study import Study
from inference.models import catalogue
from inference.prediction import Decision, Prediction


class Modelling(QObject):
    """Runs the model in the runner's process; keeps its answers and the reader's decisions."""

    def __init__(self, services: Services, panel: FindingsPanel, window: QWidget) -> None:
        super().__init__()
        self._services, self._panel, self._window = services, panel, window
        self._workspace = services.workspace
        self._running: dict[str, Job] = {}  # by study uid
        self._connect()
        self.refresh()

    @property
    def key(self) -> str:
        """The model in use."""
        return self._services.remembered.settings.model

    @property
    def card(self) -> Card | None:
        """The card of the model in use; None where it is not installed."""
        try:
            return catalogue.card(self.key)
        except WeightsError:
            return None

    def run(self) -> None:
        """Let the model read the open study."""
        study = self._workspace.sitting.current
        if study is None or study.uid in self._running:
            return
        if self.card is None:
            self._services.messages.show(
                WeightsError("No model is installed.", hint="Train one with `python -m training prima`.")
            )
            return
        job = self._services.runner.call(
            f"{self.card.title} reads the study",
            "app.reading:predict_study",
            study,
            self.key,
            then=self.keep,
            otherwise=self._services.messages.show,
        )
        self._running[study.uid] = job
        job.ended.connect(lambda: self._ended(study))
        self.refresh()

    def keep(self, prediction: Prediction) -> None:
        """Show an answer and put it into the library."""
        self._services.saving.run(lambda: self._services.library.save_prediction(prediction))
        self._workspace.add([prediction])
        current = self._workspace.sitting.current
        if (
            current is None
            or prediction.study_uid != current.uid
            or self._workspace.sitting.chosen is not None
        ):
            return
        if finding := chosen_finding(prediction):
            self._workspace.choose_finding(finding_key(prediction, finding))

    def accept(self) -> None:
        """The chosen finding is there."""
        self._decide(Decision.ACCEPTED)

    def reject(self) -> None:
        """The chosen finding is not there."""
        self._decide(Decision.REJECTED)

    def show_card(self) -> None:
        """Show what the model says of itself."""
        prediction = self._prediction()
        card = prediction.card if prediction else self.card
        if card is not None:
            dialog = CardDialog(card, self._window)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def choose(self, target: str) -> None:
        """Choose a finding of the current study."""
        if prediction := self._prediction():
            self._workspace.choose_finding(FindingKey(prediction.study_uid, prediction.card.key, target))

    def refresh(self, *_: object) -> None:
        """Show in the panel what is known now."""
        study, card = self._workspace.sitting.current, self.card
        prediction = self._prediction()
        if study is None:
            self._panel.show_empty()
        elif prediction is not None:
            chosen = self._workspace.sitting.finding
            self._panel.show_prediction(prediction, chosen.target if chosen else "")
        elif card is None:
            self._panel.show_no_model()
        else:
            self._panel.show_not_run(card, running=study.uid in self._running)

    def _connect(self) -> None:
        workspace, panel = self._workspace, self._panel
        workspace.current_changed.connect(self.refresh)
        workspace.predictions_changed.connect(self.refresh)
        workspace.finding_changed.connect(lambda key: panel.choose(key.target if key else ""))
        workspace.decided.connect(self._save_decision)
        panel.run_requested.connect(self.run)
        panel.card_requested.connect(self.show_card)
        panel.finding_chosen.connect(self.choose)
        panel.decided.connect(self._decide_about)

    def _prediction(self) -> Prediction | None:
        current = self._workspace.sitting.current
        return next(
            (p for p in self._workspace.sitting.predictions if current and p.study_uid == current.uid), None
        )

    def _decide(self, decision: Decision) -> None:
        chosen = self._workspace.sitting.chosen
        if chosen is not None:
            prediction, finding = chosen
            self._workspace.decide(finding_key(prediction, finding), decision, finding.comment)

    def _decide_about(self, target: str, decision: Decision, comment: str) -> None:
        if prediction := self._prediction():
            key = FindingKey(prediction.study_uid, prediction.card.key, target)
            self._workspace.decide(key, decision, comment)

    def _save_decision(self, verdict: Verdict) -> None:
        reader = self._services.remembered.settings.reader
        self._services.saving.run(lambda: self._services.library.decide(verdict, reader))

    def _ended(self, study: Study) -> None:
        self._running.pop(study.uid, None)
        self.refresh()
