"""LIME over the tokens of all series of a study."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from explain.encodings import LARGEST_BATCH, EncodingCache
from explain.lime import PRESETS, LimeOptions, lime
from inference.errors import ExplanationError, NotApplicableError
from inference.progress import Cancelled
from tests.explain.toys import Sums, TwoLevel


def weights(*sizes: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(size, 1, generator=generator, dtype=torch.float64) for size in sizes]


class Noise(Sums):
    """Answers with a fixed random number for every mask: no token has an effect."""

    def form(self, total: Tensor) -> Tensor:
        return torch.sin(total.sum(1) * 1e5) * 3


class Together(Sums):
    """The first two elements of the first series count only as a pair, the third alone."""

    def form(self, total: Tensor) -> Tensor:
        return (total[:, 0, :1] * total[:, 0, 1:2]) + total[:, 0, 2:3]


@pytest.mark.parametrize("design", ["hadamard", "antithetic", "bernoulli"])
def test_the_weights_of_a_linear_model_are_recovered(design):
    model, truth = Sums((40, 17, 5)), weights(40, 17, 5)
    options = LimeOptions(design=design, alpha=1e-9, runs=200)
    made = lime(model, model.study(truth), "score", options=options)
    for unit, expected in zip(made.units, truth, strict=True):
        assert np.allclose(unit.scores, expected[:, 0], atol=1e-5)


def test_few_elements_are_done_exactly_and_without_an_error():
    model = Together((3,), width=3)
    made = lime(model, model.study([torch.eye(3)]), "score")
    assert np.allclose(made.units[0].scores, (0.5, 0.5, 1.0))  # of a pair, each counts half the time
    assert np.all(made.units[0].standard_error == 0)


def test_the_other_series_stay_in_the_study():
    """A product of two series has effects only where the other one is there."""

    class Product(Sums):
        def form(self, total: Tensor) -> Tensor:
            return total[:, 0] * total[:, 1]

    model, truth = Product((20, 10)), weights(20, 10)
    study = model.study(truth)
    made = lime(model, study, "score")
    alone = lime(model, study, "score", options=PRESETS["prima"])
    assert np.allclose(made.units[0].scores, truth[0][:, 0] * truth[1].sum(), atol=1e-5)
    assert np.allclose(alone.units[0].scores, 0)


def test_every_series_is_explained_and_one_is_encoded_at_a_time():
    model = Sums((30, 30, 30))
    made = lime(model, model.study(weights(30, 30, 30)), "score")
    assert len(made.units) == 3
    assert made.evidence.forwards == model.encoded == made.parameters["masks"] + 3 + 3


def test_a_second_target_costs_no_encoding():
    model, cache = TwoLevel((20, 20)), EncodingCache()
    study, options = model.study(), LimeOptions(blocks=2)
    lime(model, study, "mass", options=options, cache=cache)
    second = lime(model, study, "shift", options=options, cache=cache)
    fresh = lime(model, study, "shift", options=options)
    assert second.evidence.forwards == 0
    assert np.array_equal(second.units[1].scores, fresh.units[1].scores)


def test_a_map_made_again_is_the_same_to_the_bit_however_slow_the_machine_is():
    model = TwoLevel((20, 20))
    study, options = model.study(), LimeOptions(blocks=2)
    first = lime(model, study, "mass", options=options)
    again = lime(model, study, "mass", options=options, report=lambda *_: time.sleep(0.001))
    assert first.score == again.score
    for one, other in zip(first.units, again.units, strict=True):
        assert np.array_equal(one.scores, other.scores)
        assert np.array_equal(one.standard_error, other.standard_error)


def test_blocks_without_effect_are_rarely_called_significant():
    found = []
    for seed in range(12):
        model = Noise((48, 30))
        made = lime(model, model.study(weights(48, 30, seed=seed)), "score", options=LimeOptions(seed=seed))
        found += [unit.significant for unit in made.units]
    assert np.mean(np.concatenate(found)) <= 0.05


def test_a_map_of_noise_says_that_it_does_not_hold():
    model = Noise((48, 30))
    made = lime(model, model.study(weights(48, 30)), "score")
    assert not made.evidence.holds
    assert "do not use" in made.evidence.check("leave-one-out R2").text


def test_a_settled_map_stops_early():
    model = Sums((40,))
    made = lime(model, model.study(weights(40)), "score", options=LimeOptions(blocks=8))
    assert made.parameters["masks"] == 2 * 128


def test_the_same_seed_gives_the_same_map_and_another_seed_nearly_so():
    model = TwoLevel((30, 40))
    first, again, other = (
        lime(model, model.study(), "mass", options=LimeOptions(seed=seed)).units[1].scores
        for seed in (1, 1, 2)
    )
    assert np.abs(first - again).max() <= 1e-5 * np.abs(first).max()
    assert 0.9 < np.corrcoef(first, other)[0, 1] < 1.0


def test_what_series_add_up_to_is_the_score():
    model = TwoLevel()
    made = lime(model, model.study(), "mass")
    assert np.isclose(sum(unit.total for unit in made.units) + made.baseline_score, made.score, atol=1e-5)


def test_the_study_is_not_changed():
    model = TwoLevel()
    study = model.study()
    before = {name: tensor.clone() for name, tensor in study.tensors.items()}
    lime(model, study, "mass")
    assert all(torch.equal(before[name], tensor) for name, tensor in study.tensors.items())


def test_a_cancelled_explanation_stops_at_the_next_batch():
    model, told = Sums((200, 200)), []

    def report(fraction: float, note: str) -> None:  # noqa: ARG001 - of the interface
        told.append(model.encoded)
        if len(told) == 9:
            raise Cancelled

    with pytest.raises(Cancelled):
        lime(model, model.study(weights(200, 200)), "score", report=report)
    assert model.encoded == told[-1]
    assert np.diff(told).max() <= LARGEST_BATCH


def test_progress_only_grows():
    model, told = TwoLevel(), []
    lime(model, model.study(), "mass", report=lambda fraction, _note: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] <= 1.0


def test_a_model_that_breaks_gives_an_error_and_no_map():
    class Broken(Sums):
        def form(self, total: Tensor) -> Tensor:
            return total.sum(1) * torch.inf

    model = Broken((20,))
    with pytest.raises(ExplanationError, match="not finite"):
        lime(model, model.study(weights(20)), "score")


def test_an_answer_that_the_model_does_not_give_is_refused():
    model = Sums((20,))
    with pytest.raises(NotApplicableError, match="no answer"):
        lime(model, model.study(weights(20)), "colour")


def test_the_kernel_of_the_original_weighs_all_masks_alike_and_that_of_lime_does_not():
    model, truth = Together((12,), width=3), [torch.randn(12, 3, generator=torch.Generator().manual_seed(0))]
    made = [
        lime(model, model.study(truth), "score", options=options).units[0].scores
        for options in (
            replace(PRESETS["prima"], alone=False, refill=False),
            PRESETS["lime"],
            replace(PRESETS["lime"], kernel_width=1e6),
        )
    ]
    assert np.allclose(made[0], made[2], atol=1e-6)
    assert not np.allclose(made[1], made[2], atol=1e-3)


def test_the_strongest_blocks_of_a_long_series_are_found_among_boxes_of_neighbours():
    model, truth = Sums((600,)), [torch.zeros(600, 1, dtype=torch.float64)]
    for element, weight in ((17, 3.0), (333, 2.0), (590, 1.0)):
        truth[0][element] = weight
    made = lime(model, model.study(truth), "score", options=LimeOptions(finest=128))
    assert [top.element for top in made.top(3)] == [17, 333, 590]
    assert np.allclose([top.score for top in made.top(3)], (3, 2, 1), atol=1e-5)
    assert made.parameters["masks"] < 600 * 2
