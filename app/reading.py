"""Run a model on a study and explain its answers: one way for the window, the command line and batches.

The functions run in the runner's process or in that of a command; what they prepared for the last studies
stays in memory there, so that a second explanation never reads or encodes the study again.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.contours import Outlines, outlines_of
from explain.attribution import Attribution
from inference.errors import NotApplicableError
from inference.imaging.study import Study
from inference.prediction import Prediction
from inference.progress import Report, share, silent

if TYPE_CHECKING:
    from inference.model import Inputs
    from inference.models.monai_bundle import BundleModel
    from inference.models.t3d import T3DModel
    from inference.models.t3d_reading import CTReading, WordMaps

DEFAULT_MODEL = "prima"
ASKED_TWICE = ("rollout", "integrated_gradients")  # quick enough to be asked of forgotten weights as well


@dataclass
class Desk:
    """The last studies that a model read, with what it prepared for them; the oldest leaves first."""

    room: int = 3
    _kept: OrderedDict[tuple[str, Study], tuple[Prediction, Inputs | None]] = field(
        default_factory=OrderedDict
    )

    def read(self, study: Study, model_key: str, report: Report) -> tuple[Prediction, Inputs | None]:
        """The prediction and the prepared inputs (None where the model did not apply or failed)."""
        from inference.models import catalogue
        from inference.predict import predict

        key = (model_key, study)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        report(0.0, "Loading the model")
        answer = predict(catalogue.load(model_key), study, share(report, 0.05, 1.0))
        if answer[1] is not None:  # a failure is tried again the next time
            self._kept[key] = answer
            while len(self._kept) > self.room:
                self._kept.popitem(last=False)
        return answer


_DESK = Desk()


def predict_study(study: Study, model_key: str = DEFAULT_MODEL, report: Report = silent) -> Prediction:
    """What the model says about the study; never raises for a study that the model cannot read."""
    return _DESK.read(study, model_key, report)[0]


def explain_study(
    study: Study,
    model_key: str,
    method: str,
    target: str,
    report: Report = silent,
    options: dict[str, Any] | None = None,
) -> Attribution:
    """Why the model gave `target` its score; NotApplicableError where there is no score to explain."""
    from explain.methods import explain
    from inference.models import catalogue

    prediction, inputs = _DESK.read(study, model_key, share(report, 0.0, 0.3))
    if inputs is None:
        reason = prediction.finding(target).reason
        raise NotApplicableError(
            f"There is nothing to explain: {reason or 'the model gave no score'}",
            hint="Explanations need a study that the model could read.",
        )
    model = catalogue.load(model_key)
    wanted = with_checks(method, options)
    return explain(model, inputs, target, method, options=wanted, report=share(report, 0.3, 1.0))


def with_checks(method: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
    """The options, with the check against forgotten weights where that is quick or was asked for."""
    return {"randomised": method in ASKED_TWICE, **(options or {})}


def outline_study(study: Study, model_key: str, report: Report = silent) -> Outlines:
    """The contours that a ventricle model drew; NotApplicableError where it drew none."""
    from inference.models import catalogue
    from inference.models.ventricle import VentricleModel

    _, inputs = _DESK.read(study, model_key, report)
    model = catalogue.load(model_key)
    if inputs is None or not isinstance(model, VentricleModel):
        raise NotApplicableError(
            "There are no contours to draw.", hint="Contours come with a reading of the left ventricle."
        )
    return outlines_of(model.read(inputs), study.uid, model_key)


def read_volume_of(study: Study, model_key: str, report: Report = silent) -> CTReading:
    """Masks and, of T3D, words and regions; NotApplicableError where the model read nothing."""
    model, inputs = _outliner(study, model_key, share(report, 0.0, 0.3))
    return model.read(inputs, share(report, 0.3, 1.0))


def look_for_words(study: Study, model_key: str, text: str, report: Report = silent) -> WordMaps:
    """Where T3D looks when it reads each word of a text."""
    from inference.models.t3d import T3DModel

    model, inputs = _outliner(study, model_key, share(report, 0.0, 0.3))
    if not isinstance(model, T3DModel):
        raise NotApplicableError("This model reads no words.", hint="Words and regions come with T3D.")
    return model.word_maps(inputs, text, share(report, 0.3, 1.0))


def _outliner(study: Study, model_key: str, report: Report) -> tuple[T3DModel | BundleModel, Inputs]:
    from inference.models import catalogue
    from inference.models.monai_bundle import BundleModel
    from inference.models.t3d import T3DModel

    _, inputs = _DESK.read(study, model_key, report)
    model = catalogue.load(model_key)
    if inputs is None or not isinstance(model, T3DModel | BundleModel):
        raise NotApplicableError(
            "There are no masks to draw.", hint="Masks come with a model that outlines organs."
        )
    return model, inputs


def device_in_use(report: Report = silent) -> str:
    """What the models run on, in words."""
    from inference.device import best_device, describe

    report(0.0, "Looking for the device")
    return describe(best_device())


def warm_up(model_key: str = DEFAULT_MODEL, report: Report = silent) -> str:
    """Load a model ahead of its first use; answers with the device that it runs on."""
    from inference.device import describe
    from inference.models import catalogue

    report(0.0, "Loading the model")
    return describe(catalogue.load(model_key).device)
