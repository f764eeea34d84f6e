"""The one function that explains."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor

from explain.encodings import EncodingCache
from explain.methods import METHODS, applicable, explain
from inference.errors import ExplanationError, NotApplicableError
from inference.progress import Cancelled
from tests.explain.toys import Plain, Sums, TwoLevel, inputs

OF_SLICES = tuple(key for key, method in METHODS.items() if "moments" not in method.needs)


def test_listing_the_methods_does_not_import_torch():
    code = "import explain.methods, explain.storage, sys; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("method", "preset"), [(key, preset) for key in OF_SLICES for preset in METHODS[key].presets]
)
def test_every_method_explains_a_two_level_model_with_evidence(method, preset):
    model = TwoLevel()
    made = explain(model, model.study(), "mass", method, options={"preset": preset})
    assert made.method == METHODS[method].title
    assert made.parameters["preset"] == preset
    assert made.evidence.check("deletion against chance") is not None
    assert made.evidence.sentence.startswith("Hiding A")
    assert made.evidence.seconds > 0


def test_a_model_without_units_is_explained_by_gradients_and_the_hint_says_so():
    model, study = Plain(), inputs({"pixels": torch.ones(1, 6, dtype=torch.float64)}, (6,))
    assert applicable(model) == ("integrated_gradients",)
    assert explain(model, study, "score", "integrated_gradients").evidence.holds
    with pytest.raises(NotApplicableError, match="does not encode series apart") as refused:
        explain(model, study, "score", "lime")
    assert "integrated gradients" in refused.value.hint


def test_a_model_without_attention_is_refused_by_rollout_with_a_hint():
    model = Sums((3,))
    with pytest.raises(NotApplicableError, match="no attention") as refused:
        explain(model, model.study([torch.ones(3, 1)]), "score", "rollout")
    assert refused.value.hint == "Use LIME, integrated gradients instead."


@pytest.mark.parametrize(
    ("method", "options"), [("magic", {}), ("lime", {"preset": "magic"}), ("lime", {"colour": 1})]
)
def test_what_is_not_on_offer_is_refused_with_what_is(method, options):
    model = TwoLevel()
    with pytest.raises(NotApplicableError) as refused:
        explain(model, model.study(), "mass", method, options=options)
    assert refused.value.hint.startswith("Choose")


@pytest.mark.parametrize("method", OF_SLICES)
def test_a_model_that_breaks_gives_an_error_and_never_a_map(method):
    class Broken(TwoLevel):
        def _study(self, encodings: Tensor, present: Tensor) -> Tensor:  # noqa: ARG002 - of the interface
            raise RuntimeError("out of memory\nat some address")

    model = Broken()
    with pytest.raises(ExplanationError, match=r"The explanation failed: out of memory\.$"):
        explain(model, model.study(), "mass", method)


@pytest.mark.parametrize("method", OF_SLICES)
def test_cancelling_comes_through(method):
    def report(fraction: float, note: str) -> None:  # noqa: ARG001 - of the interface
        raise Cancelled

    model = TwoLevel()
    with pytest.raises(Cancelled):
        explain(model, model.study(), "mass", method, report=report)


def test_evidence_can_be_left_out_and_the_check_of_forgotten_weights_added():
    model = TwoLevel()
    made = explain(
        model, model.study(), "mass", "integrated_gradients", options={"evidence": False, "randomised": True}
    )
    assert [check.name for check in made.evidence.checks] == ["completeness", "randomised weights"]


def test_an_empty_cache_of_the_caller_is_used():
    cache, model = EncodingCache(), TwoLevel()
    explain(model, model.study(), "mass", "lime", options={"cache": cache, "evidence": False})
    assert len(cache) > 0


@pytest.mark.parametrize("method", OF_SLICES)
def test_progress_ends_at_one(method):
    model, told = TwoLevel(), []
    explain(model, model.study(), "mass", method, report=lambda fraction, _note: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1.0
