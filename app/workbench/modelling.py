"""What a model says about the open study."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from app.jobs import Job
from app.panels.card import CardDialog
from app.panels.findings import FindingsPanel
from app.report.content import chosen_finding
from app.verdicts import FindingKey, finding_key
from app.workbench.fitting import installed, models_for, no_model_words
from app.workbench.model_answers import ModelAnswers
from app.workbench.services import Services
from inference.card import Card
from inference.errors import NotApplicableError, WeightsError
from inference.imaging.study import Study
from inference.models import catalogue
from inference.models.radclip_labels import matches_words
from inference.models.view_names import choices
from inference.prediction import Prediction

READS_VIEWS = ("cardiac", "echo")  # families whose loops have to be told apart by view


class Modelling(QObject):
    """Runs the model in the runner's process; keeps its answers."""

    def __init__(self, services: Services, panel: FindingsPanel, window: QWidget) -> None:
        super().__init__()
        self._services, self._panel, self._window = services, panel, window
        self._workspace = services.workspace
        self._running: dict[tuple[str, str], Job] = {}  # by study uid and model
        self.answers = ModelAnswers(services)
        self._connect()
        self.refresh()

    @property
    def key(self) -> str:
        """The model in use."""
        return self.answers.key

    @property
    def card(self) -> Card | None:
        """The card of the model in use; None where it is not installed."""
        return self.answers.card

    def run(self) -> None:
        """Let the model that fits read the open study; where several fit, the reader chooses."""
        study = self._workspace.sitting.current
        if study is None:
            return
        cards = installed()
        fitting = models_for(study, cards)
        if not cards:
            self._services.messages.show(
                WeightsError("No model is installed.", hint="Train one with `python -m training prima`.")
            )
        elif not fitting:
            self._services.messages.show(
                NotApplicableError("No model fits this study.", hint=no_model_words(study, cards))
            )
        elif len(fitting) == 1:
            self.run_model(fitting[0].key)
        else:
            self._offer(fitting)

    def run_model(self, key: str) -> None:
        """Let one model read the open study."""
        study = self._workspace.sitting.current
        if study is None or (study.uid, key) in self._running:
            return
        self.answers.use(study.uid, key)
        job = self._services.runner.call(
            f"{catalogue.card(key).title} reads the study",
            "app.reading:predict_study",
            study,
            key,
            then=self.keep,
            otherwise=self._services.messages.show,
        )
        self._running[study.uid, key] = job
        job.ended.connect(lambda: self._ended(study, key))
        self.refresh()

    def read_again(self, study: Study) -> None:
        """Let the model that has answered about a study read it again, now that more is known of it."""
        current = self._workspace.sitting.current
        answered = {p.card.key for p in self.answers.all}
        if current is not None and current.uid == study.uid and self.key in answered:
            self.run_model(self.key)

    def use(self, key: str) -> None:
        """Show what another model said about the open study."""
        study = self._workspace.sitting.current
        prediction = self.answers.of(key)
        if study is None or prediction is None:
            return
        self.answers.use(study.uid, key)
        finding = chosen_finding(prediction)
        self._workspace.choose_finding(finding_key(prediction, finding) if finding else None)
        self.refresh()

    def keep(self, prediction: Prediction) -> None:
        """Show an answer and put it into the library."""
        self._services.saving.run(lambda: self._services.library.save_prediction(prediction))
        self._workspace.add([prediction])
        current, chosen = self._workspace.sitting.current, self._workspace.sitting.chosen
        if current is None or prediction.study_uid != current.uid or prediction.card.key != self.key:
            return
        if chosen is not None and chosen[0].card.key == prediction.card.key:
            return
        if finding := chosen_finding(prediction):
            self._workspace.choose_finding(finding_key(prediction, finding))

    def show_card(self) -> None:
        """Show what the model says of itself."""
        prediction = self.answers.shown
        card = prediction.card if prediction else self.card
        if card is not None:
            dialog = CardDialog(card, self._window)
            dialog.finished.connect(dialog.deleteLater)
            dialog.open()

    def choose(self, target: str) -> None:
        """Choose a finding of the current study."""
        if prediction := self.answers.shown:
            self._workspace.choose_finding(FindingKey(prediction.study_uid, prediction.card.key, target))

    def refresh(self, *_: object) -> None:
        """Show in the panel what is known now."""
        study, prediction = self._workspace.sitting.current, self.answers.shown
        self._panel.show_models([(p.card.key, p.card.title) for p in self.answers.all], self.key)
        if study is None:
            self._panel.show_empty()
        elif prediction is not None:
            chosen = self._workspace.sitting.finding
            self._panel.show_prediction(prediction, chosen.target if chosen else "", self.answers.all)
            unread = bool(prediction.shared_reason) and prediction.card.family in READS_VIEWS
            self._panel.offer_naming(unread and any(choices(d) for d in study.display_sets))
        elif not installed():
            self._panel.show_no_model()
        else:
            self._show_not_run(study)

    def _show_not_run(self, study: Study) -> None:
        fitting, card = models_for(study, installed()), self.card
        if not fitting or card is None:
            self._panel.show_no_fit(no_model_words(study, installed()))
            return
        running = (study.uid, self.key) in self._running
        self._panel.show_not_run(card, running=running, choices=len(fitting))

    def _offer(self, cards: Sequence[Card]) -> None:
        """A small menu of the models that fit."""
        menu = QMenu(self._window)
        menu.aboutToHide.connect(menu.deleteLater)
        answered = {p.card.key for p in self.answers.all}
        for card in cards:
            text = f"{card.title} · {card.body_part} {card.modality}"
            action = menu.addAction(f"{text} · again" if card.key in answered else text)
            action.triggered.connect(lambda _checked, key=card.key: self.run_model(key))
        menu.popup(QCursor.pos())

    def _connect(self) -> None:
        workspace, panel = self._workspace, self._panel
        workspace.current_changed.connect(self.refresh)
        workspace.predictions_changed.connect(self.refresh)
        workspace.finding_changed.connect(self._show_chosen)
        panel.run_requested.connect(self.run)
        panel.model_chosen.connect(self.use)
        panel.card_requested.connect(self.show_card)
        panel.finding_chosen.connect(self.choose)

    def _show_chosen(self, key: FindingKey | None) -> None:
        """Open the chosen finding; where another model said it, show that model's answer first."""
        current = self._workspace.sitting.current
        here = key is not None and current is not None and key.study_uid == current.uid
        if key is not None and here and key.model_key != self.key:
            self.answers.use(key.study_uid, key.model_key)
            self.refresh()
            return
        prediction = self.answers.shown
        if key is not None and prediction is not None and matches_words(prediction.card):
            self.refresh()  # of ranked labels the chosen one alone is listed
        self._panel.choose(key.target if key else "")

    def _ended(self, study: Study, key: str) -> None:
        self._running.pop((study.uid, key), None)
        self.refresh()
