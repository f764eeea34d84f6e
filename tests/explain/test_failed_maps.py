"""Where a method fails there is no map: none at random, none that is constant, none at all."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from app.viewer.layers.explained import Overlay
from explain.methods import METHODS, explain
from inference.errors import ExplanationError
from tests.loops_in_memory import cardiac_study, echo_study

CASES = {"echo": (echo_study, "mpap"), "cardiac": (cardiac_study, "measure_0")}
QUICK = {
    "lime": {"blocks": 2, "finest": 16},
    "integrated_gradients": {"most": 9},
    "rollout": {},
    "frames": {},
}


def asked(family, method, change):
    """Explain with a network whose last layers do what `change` says."""
    study, target = CASES[family]
    model, inputs = study()
    heads = model.network.regression_heads if family == "echo" else [model.network.fusion.answers]
    handles = [head.register_forward_hook(lambda _m, _i, out: change(out)) for head in heads]
    try:
        return explain(model, inputs, target, method, options={**QUICK[method], "evidence": False})
    finally:
        for handle in handles:
            handle.remove()


def fail(_out):
    raise RuntimeError("out of memory")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", CASES)
def test_numbers_that_are_not_finite_give_no_map(family, method):
    with pytest.raises(ExplanationError, match="not finite"):
        asked(family, method, lambda out: out * torch.nan)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("family", CASES)
def test_a_network_that_breaks_gives_a_sentence_and_no_map(family, method):
    with pytest.raises(ExplanationError, match="The explanation failed"):
        asked(family, method, fail)


@pytest.mark.parametrize("method", ["lime", "integrated_gradients", "frames"])
def test_an_answer_that_rests_on_nothing_has_nothing_drawn(method):
    made = asked("echo", method, lambda out: out * 0.0)
    scores = np.concatenate([unit.scores for unit in made.units])
    assert np.abs(scores).max() < 1e-6
    assert Overlay(made).shown == 0 or np.abs(scores).max() < 1e-9
