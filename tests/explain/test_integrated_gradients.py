"""Integrated gradients: complete, equal to captum where captum is asked for, certified otherwise."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import Tensor

from explain.integrated_gradients import FIRST_NODES, PRESETS, GradientOptions, integrated_gradients
from inference.errors import ExplanationError, NotApplicableError
from inference.progress import Cancelled
from tests.explain.toys import Plain, Sums, TwoLevel, inputs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # captum touches deprecated parts of torch when it is imported
    from captum.attr import IntegratedGradients


class Kink(Sums):
    """A score with a sharp step on the way, as trained networks have."""

    def form(self, total: Tensor) -> Tensor:
        return torch.tanh(400 * (total.sum(1) - 0.37)) + 0.3 * total.sum(1)


class Cliff(Sums):
    """A step on which no gradient is seen."""

    def form(self, total: Tensor) -> Tensor:
        return torch.sign(total.sum(1) - 0.37) + 0.0 * total.sum(1)


def halves() -> list[Tensor]:
    return [torch.tensor([[0.5], [0.2]], dtype=torch.float64), torch.tensor([[0.3]], dtype=torch.float64)]


def captum_map(model: TwoLevel, study, column: int, steps: int) -> np.ndarray:
    """(series, tokens) by the package, summed over channels."""
    others = {name: t for name, t in study.tensors.items() if name != "tokens"}

    def forward(tokens: Tensor) -> Tensor:
        rows = {name: t.expand(len(tokens), *t.shape[1:]) for name, t in others.items()}
        return model.scores({"tokens": tokens, **rows})[:, column]

    return (
        IntegratedGradients(forward)
        .attribute(study.tensors["tokens"], n_steps=steps)[0]
        .sum(-1)
        .detach()
        .numpy()
    )


def test_the_preset_captum_equals_captum():
    model = TwoLevel()
    study = model.study()
    made = integrated_gradients(model, study, "shift", options=PRESETS["captum"])
    theirs = captum_map(model, study, 1, 50)
    for unit, scores in enumerate(made.units):
        assert np.abs(scores.scores - theirs[unit, : len(scores.scores)]).max() <= 1e-5 * np.abs(theirs).max()


def test_in_double_precision_the_preset_captum_equals_captum_to_a_millionth():
    model = TwoLevel()
    model.network.double()
    study = model.study()
    study.tensors["tokens"] = study.tensors["tokens"].double()
    made = integrated_gradients(model, study, "mass", options=PRESETS["captum"])
    theirs = captum_map(model, study, 0, 50)
    assert np.abs(made.units[0].scores - theirs[0, :12]).max() <= 1e-6 * np.abs(theirs).max()


@pytest.mark.parametrize("seed", range(4))
def test_scores_add_up_to_the_rise_within_a_per_cent(seed):
    model = TwoLevel(seed=seed)
    made = integrated_gradients(model, model.study(seed), "mass")
    rise = made.score - made.baseline_score
    assert made.evidence.check("completeness").verdict == "pass"
    assert abs(sum(unit.total for unit in made.units) - rise) <= 0.01 * max(
        abs(rise), 0.01 * max(1, abs(made.score))
    )


def test_a_linear_model_gives_its_weights_times_its_inputs():
    model = Plain()
    study = inputs({"pixels": torch.arange(6.0, dtype=torch.float64)[None]}, (6,))
    made = integrated_gradients(model, study, "score")
    expected = model.network.weight[0].detach().numpy() * np.arange(6)
    assert np.allclose(made.units[0].scores, expected, atol=1e-6)
    assert made.evidence.forwards == FIRST_NODES


def test_a_sharp_step_is_found_where_a_fixed_rule_misses_it():
    model = Kink((2, 1))
    study = model.study(halves())
    adaptive, fixed = (integrated_gradients(model, study, "score", options=o) for o in PRESETS.values())
    assert adaptive.evidence.check("completeness").verdict == "pass"
    assert adaptive.evidence.check("completeness").value < fixed.evidence.check("completeness").value


def test_a_path_that_cannot_be_certified_fails_its_check():
    model = Cliff((2, 1))
    made = integrated_gradients(model, model.study(halves()), "score")
    assert made.evidence.forwards <= 257
    assert not made.evidence.holds
    assert "do not use" in made.evidence.check("completeness").text


def test_padding_has_no_score_and_the_network_learns_nothing():
    model = TwoLevel((12, 9))
    study = model.study()
    made = integrated_gradients(model, study, "mass")
    assert [len(unit.scores) for unit in made.units] == [12, 9]
    assert all(p.grad is None and p.requires_grad for p in model.network.parameters())
    assert not study.tensors["tokens"].requires_grad


def test_a_score_that_is_not_finite_is_an_error():
    model = Sums((1,))
    with pytest.raises(ExplanationError, match="not finite"):
        integrated_gradients(model, model.study([torch.tensor([[torch.inf]])]), "score")


def test_a_model_without_attributed_inputs_is_refused():
    class Closed(Sums):
        attributed = ()

    model = Closed((1,))
    with pytest.raises(NotApplicableError) as refused:
        integrated_gradients(model, model.study([torch.ones(1, 1)]), "score")
    assert "LIME" in refused.value.hint


def test_it_can_be_cancelled_on_the_way():
    model = TwoLevel()

    def report(fraction: float, note: str) -> None:  # noqa: ARG001 - of the interface
        raise Cancelled

    with pytest.raises(Cancelled):
        integrated_gradients(model, model.study(), "mass", report=report)


def test_the_default_is_certified():
    assert PRESETS["default"] == GradientOptions(rule="adaptive", tolerance=0.01, local=0.08, most=257)
