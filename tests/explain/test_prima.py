"""The methods on Prima itself, with random weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from explain.encodings import Encoder, EncodingCache
from explain.methods import applicable, explain
from explain.shapley import by_unit
from inference.errors import NotApplicableError
from inference.model import Inputs
from inference.models.prima import PrimaModel
from inference.models.prima_tokens import StudyTokens, collate
from inference.models.prima_untrained import untrained
from inference.networks.attention import Shape
from inference.networks.prima_config import TOKEN, bundled, mean_pooling
from tests.explain.toys import place

SIZES = (22, 17, 30)
CONFIG = replace(bundled(diagnoses=3), inner=Shape(TOKEN, depth=2, heads=2, head_dim=16, mlp=64))


@pytest.fixture(scope="module")
def model() -> PrimaModel:
    return untrained(CONFIG)


@pytest.fixture(scope="module")
def study() -> Inputs:
    generator = torch.Generator().manual_seed(0)
    series = [torch.randn(size, TOKEN, generator=generator) for size in SIZES]
    tensors = collate([StudyTokens(series, ["ax t1", "flair", "dwi"], "MRI brain")])
    return Inputs("1.2.3", tensors, tuple(place(size, n) for n, size in enumerate(SIZES)))


def test_encoding_and_joining_give_the_score_of_the_whole_model(model, study):
    encoder = Encoder(model, study)
    with torch.no_grad():
        whole = float(model.scores(study.tensors)[0, 1])
    assert np.isclose(encoder.scores(encoder.whole()[None], "diagnosis_1")[0], whole, atol=1e-5)


@pytest.mark.parametrize("method", ["lime", "rollout", "integrated_gradients"])
def test_every_method_scores_every_token_of_every_series(model, study, method):
    made = explain(model, study, "diagnosis_0", method)
    assert tuple(len(unit.scores) for unit in made.units) == SIZES
    assert made.evidence.sentence.startswith("Hiding A")
    assert made.units[1].dense.shape == study.places[1].shape


def test_shares_of_attention_and_of_texts_sum_to_one(model, study):
    made = explain(model, study, "diagnosis_0", "rollout", options={"evidence": False})
    assert min(made.context.values()) > 0
    assert abs(sum(unit.total for unit in made.units) + sum(made.context.values()) - 1) < 1e-5


def test_gradients_add_up_on_tokens_and_leave_padding_out(model, study):
    made = explain(model, study, "diagnosis_2", "integrated_gradients", options={"evidence": False})
    rise = made.score - made.baseline_score
    assert abs(sum(unit.total for unit in made.units) - rise) < 0.02 * max(abs(rise), 0.01)


def test_all_answers_of_a_study_cost_the_encodings_of_one(model, study):
    options = {"cache": EncodingCache(), "evidence": False, "blocks": 2}
    counts = [
        explain(model, study, target.name, "lime", options=options).evidence.forwards
        for target in model.card.targets
    ]
    assert counts[0] > 0
    assert set(counts[1:]) == {0}


def test_a_series_without_any_token_and_a_study_without_series_still_have_a_score(model, study):
    encoder = Encoder(model, study)
    nothing = encoder.masked(0, np.zeros((1, SIZES[0]), bool))
    values, empty = by_unit(encoder, "diagnosis_0")
    assert torch.isfinite(nothing).all()
    assert np.isfinite((*values, empty)).all()


def test_prima_without_attention_is_refused_by_rollout_and_explained_by_the_others(study):
    model = untrained(mean_pooling(CONFIG))
    with pytest.raises(NotApplicableError, match="does not attend"):
        explain(model, study, "diagnosis_0", "rollout")
    for method in set(applicable(model)) - {"rollout"}:
        assert explain(model, study, "diagnosis_0", method, options={"evidence": False}).score
