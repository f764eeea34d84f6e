"""Hooks on attention, and that nothing stays hooked."""

from __future__ import annotations

import pytest
import torch

from explain.taps import last_stack, recorded
from tests.explain.toys import TwoLevel


def hooks(model: TwoLevel) -> int:
    return sum(len(module._forward_hooks) for module in model.network.modules())


def test_hooks_are_gone_after_the_block_and_after_an_exception():
    model = TwoLevel()
    with recorded(model.network):
        assert hooks(model) == 6
    assert hooks(model) == 0
    with pytest.raises(RuntimeError), recorded(model.network):
        model.network["head"](torch.zeros(1))
    assert hooks(model) == 0


def test_the_stack_that_ran_last_is_followed_and_not_that_of_the_text():
    model = TwoLevel()
    with torch.no_grad(), recorded(model.network) as seen:
        model.encode(model.study(), 0)
    assert [tapped.name for tapped in seen][:2] == ["text.blocks.0.attn.tap", "text.blocks.1.attn.tap"]
    assert [tapped.name for tapped in last_stack(seen)] == [
        "inner.blocks.0.attn.tap",
        "inner.blocks.1.attn.tap",
    ]


def test_a_stack_that_ran_twice_counts_once():
    model = TwoLevel()
    with torch.no_grad(), recorded(model.network) as seen:
        model.encode(model.study(), 0)
        model.encode(model.study(), 2)
    assert len(last_stack(seen)) == 2
    assert last_stack(seen)[0].q.shape[2] == 4 + 16
