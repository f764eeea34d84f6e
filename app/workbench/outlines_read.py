"""The ventricle's contours as a model draws them: asked for once it has answered, of the open studies."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from app.contours import Outlines
from app.workbench.services import Services
from inference.imaging.study import Study
from inference.prediction import Prediction

FAMILY = "ventricle"


class OutlinesRead(QObject):
    """Contours are not kept with an answer: they are drawn again, from what the runner still has."""

    changed = Signal()  # contours came, or all of them went

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services, self._workspace = services, services.workspace
        self._outlines: dict[str, Outlines] = {}  # by study uid, of the open studies
        self._asked: set[tuple[str, str]] = set()  # study uid and time of the answer
        self._awaited: dict[tuple[str, str], str] = {}  # titles of models that are still drawing
        self._workspace.predictions_changed.connect(self._ask)
        self._workspace.current_changed.connect(self._forget)

    @property
    def all(self) -> tuple[Outlines, ...]:
        """Of every open study."""
        return tuple(self._outlines.values())

    @property
    def awaited(self) -> tuple[str, ...]:
        """The models that are still drawing in the open study."""
        current = self._workspace.sitting.current
        return tuple(title for (uid, _), title in self._awaited.items() if current and uid == current.uid)

    def of_study(self, study_uid: str) -> Outlines | None:
        """What was outlined in a study."""
        return self._outlines.get(study_uid)

    def of_model(self, study_uid: str, model_key: str) -> Outlines | None:
        """What a model outlined in a study; None where it has not, or not yet."""
        found = self._outlines.get(study_uid)
        return found if found is not None and found.model_key == model_key else None

    def take(self, outlines: Outlines) -> None:
        """Contours of a study that is still open."""
        if outlines.study_uid in {s.uid for s in self._workspace.sitting.studies}:
            self._outlines[outlines.study_uid] = outlines
            self.changed.emit()

    def _ask(self, predictions: tuple[Prediction, ...]) -> None:
        for prediction in predictions:
            study = next((s for s in self._workspace.sitting.studies if s.uid == prediction.study_uid), None)
            asked = (prediction.study_uid, prediction.created)
            if study is None or asked in self._asked or not _has_outlined(prediction):
                continue
            self._asked.add(asked)
            self._awaited[asked] = prediction.card.title
            job = self._services.runner.call(
                "Drawing the contours of the ventricle",
                "app.reading:outline_study",
                study,
                prediction.card.key,
                then=self.take,
                otherwise=self._services.messages.show,
            )
            job.ended.connect(partial(self._awaited.pop, asked, None))

    def _forget(self, _study: Study | None) -> None:
        self._asked.clear()
        self._awaited.clear()
        self._outlines.clear()
        self.changed.emit()


def _has_outlined(prediction: Prediction) -> bool:
    """An answer of a ventricle model that found a cavity."""
    return prediction.card.family == FAMILY and any(f.score is not None for f in prediction.findings)
