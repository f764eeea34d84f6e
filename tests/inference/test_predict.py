import pickle

import pytest
import torch

from inference.errors import NotApplicableError, WeightsError
from inference.imaging.study import Patient, Study
from inference.models.prima import PrimaModel, Source
from inference.models.prima_untrained import untrained
from inference.networks.prima_config import bundled
from inference.predict import predict
from inference.prediction import Exclusion, State
from inference.progress import Cancelled
from tests.inference.models.test_prima import head

STUDY = Study("1.2.3", Patient(), "", "", "MRI brain", "", "", ())


class InMemory(PrimaModel):
    """Prima on volumes in memory, or ending as it is told to."""

    ending: Exception | None = None

    def prepare(self, study, report=lambda _f, _n="": None):
        if self.ending is not None:
            raise self.ending
        report(0.5, "half")
        return self.prepare_volumes(study.uid, study.description, [Source(head(0), "AX T1", "set-1")])


@pytest.fixture
def model():
    plain = untrained(bundled(diagnoses=3, referrals=1))
    return InMemory(plain.card, plain.network)


def test_every_target_is_answered(model):
    prediction, inputs = predict(model, STUDY)
    assert [f.target for f in prediction.findings] == list(model.card.targets)
    assert {f.state for f in prediction.findings} <= {State.FINDING, State.NO_FINDING}
    assert prediction.seen == ("set-1",)
    assert inputs is not None
    with torch.no_grad():
        assert prediction.findings[1].score == pytest.approx(
            float(model.scores(inputs.tensors)[0, 1]), abs=1e-5
        )


def test_exactly_one_priority_is_the_answer(model):
    findings = predict(model, STUDY)[0].findings
    levels = [f.state for f in findings if f.target.group == "priority"]
    assert levels.count(State.FINDING) == 1


@pytest.mark.parametrize(
    ("ending", "state", "reason"),
    [
        (NotApplicableError("not eligible: it is CT.", hint=""), State.NOT_ELIGIBLE, "it is CT."),
        (WeightsError("Gone.", hint=""), State.FAILED, "Gone."),
        (MemoryError(), State.FAILED, "There was not enough memory."),
        (RuntimeError("boom"), State.FAILED, "The model broke (RuntimeError: boom)."),
    ],
)
def test_whatever_happens_every_target_says_so(model, ending, state, reason):
    model.ending = ending
    prediction, inputs = predict(model, STUDY)
    assert inputs is None
    assert {(f.state, f.reason, f.score) for f in prediction.findings} == {(state, reason, None)}


def test_what_was_left_out_is_said_where_no_score_is(model):
    left_out = (Exclusion("set-1", "Localizer", "a localiser"),)
    model.ending = NotApplicableError("not eligible: no series.", hint="Choose another.", excluded=left_out)
    assert predict(model, STUDY)[0].excluded == left_out


def test_a_refusal_keeps_its_reasons_between_processes():
    error = NotApplicableError("no", hint="try", excluded=(Exclusion("1", "Localizer", "a localiser"),))
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.hint, again.excluded) == ("no", "try", error.excluded)


def test_a_cancelled_prediction_says_nothing(model):
    model.ending = Cancelled()
    with pytest.raises(Cancelled):
        predict(model, STUDY)


def test_a_prediction_says_what_made_it(model):
    prediction, _ = predict(model, STUDY)
    assert prediction.device == "CPU"
    assert prediction.versions["torch"].startswith(torch.__version__.split("+")[0])
    assert prediction.created.endswith("+00:00")
