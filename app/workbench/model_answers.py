"""What models have said about the open study, and which of them is in use."""

from __future__ import annotations

from app.workbench.fitting import installed, models_for
from app.workbench.services import Services
from inference.card import Card
from inference.imaging.study import Study
from inference.prediction import Prediction


class ModelAnswers:
    """Asks the sitting; remembers for each study whose answer the reader wants to see."""

    def __init__(self, services: Services) -> None:
        self._workspace, self._remembered = services.workspace, services.remembered
        self._in_use: dict[str, str] = {}  # study uid -> key of the model

    @property
    def study(self) -> Study | None:
        """The open study."""
        return self._workspace.sitting.current

    @property
    def all(self) -> tuple[Prediction, ...]:
        """What models said about the open study."""
        sitting = self._workspace.sitting
        return tuple(p for p in sitting.predictions if sitting.current and p.study_uid == sitting.current.uid)

    @property
    def key(self) -> str:
        """The model in use: the one whose answer is shown, else the first that fits the open study."""
        study, usual = self.study, self._remembered.settings.model
        if study is None:
            return usual
        answered = [p.card.key for p in self.all]
        fitting = [card.key for card in models_for(study, installed())]
        wanted = (self._in_use.get(study.uid, ""), usual)
        return next((key for key in wanted if key in (*answered, *fitting)), (*answered, *fitting, usual)[0])

    @property
    def card(self) -> Card | None:
        """The card of the model in use; None where it is not installed."""
        return next((card for card in installed() if card.key == self.key), None)

    @property
    def shown(self) -> Prediction | None:
        """The answer of the model in use."""
        return self.of(self.key)

    def of(self, key: str) -> Prediction | None:
        """What one model said about the open study."""
        return next((p for p in self.all if p.card.key == key), None)

    def use(self, study_uid: str, key: str) -> None:
        """Let another model be the one in use for a study."""
        self._in_use[study_uid] = key
