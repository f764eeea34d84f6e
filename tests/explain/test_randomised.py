"""Maps must depend on what a model has learned."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from explain.integrated_gradients import integrated_gradients
from explain.lime import lime
from explain.randomised import forgetful, randomised_weights, similarity
from tests.explain.toys import TwoLevel


def test_a_map_is_lost_with_the_weights():
    model = TwoLevel((30, 40))
    study = model.study()
    made = integrated_gradients(model, study, "mass")
    check = randomised_weights(model, made, lambda other: integrated_gradients(other, study, "mass"))
    assert check.verdict == "pass"


def test_a_map_that_ignores_the_weights_fails():
    model = TwoLevel()
    made = lime(model, model.study(), "mass")
    check = randomised_weights(model, made, lambda _other: made)
    assert check.value == pytest.approx(1.0)
    assert check.verdict == "fail"
    assert "do not use" in check.text


def test_layers_are_forgotten_from_the_top_down_in_a_copy():
    model = TwoLevel()
    before = {name: t.clone() for name, t in model.network.state_dict().items()}
    part = forgetful(model, 0.1).network.state_dict()
    assert not torch.equal(part["head.weight"], before["head.weight"])
    assert torch.equal(part["text.blocks.0.attn.qkv.weight"], before["text.blocks.0.attn.qkv.weight"])
    assert all(torch.equal(before[name], t) for name, t in model.network.state_dict().items())


def test_the_random_stream_of_others_is_left_alone():
    state = torch.random.get_rng_state()
    model = TwoLevel()
    after_building = torch.random.get_rng_state()
    forgetful(model, 1.0)
    assert torch.equal(torch.random.get_rng_state(), after_building)
    torch.random.set_rng_state(state)


def test_a_constant_map_resembles_nothing():
    model = TwoLevel()
    made = lime(model, model.study(), "mass")
    flat = replace(made, units=tuple(replace(u, scores=u.scores * 0) for u in made.units))
    assert similarity(made, flat) == 0.0
