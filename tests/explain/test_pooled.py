"""Rollout through pooled attention against full matrices, written out one entry at a time."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from torch import nn

from explain.attention_rows import PRESETS, RolloutOptions
from explain.loop_rollout import rollout_of_loops, watched
from explain.methods import explain
from explain.pooled import Pooling, pooled_layers, rolled_out_pooled
from inference.errors import NotApplicableError
from inference.networks.cardiac_config import MViTConfig
from inference.networks.cardiac_mvit import MViT
from tests.echo_fixtures import model as echo_model
from tests.loops_in_memory import cardiac_study, echo_study

TINY = MViTConfig(
    frames=4, size=20, channels=1, width=8, depth=4, patch_kernel=(3, 5, 5), patch_stride=(2, 4, 4),
    key_stride=2, widen=(1, 3),
)  # fmt: skip


@pytest.fixture
def network():
    torch.manual_seed(0)
    made = MViT(TINY).eval()
    for parameter in made.parameters():  # far from uniform attention
        nn.init.normal_(parameter, std=0.5)
    return made


def matrix(kernel, stride, padding, grid):
    """(pooled, tokens) which share of each pooled token came from which token, cell by cell."""
    kernel, sizes = np.asarray(kernel), np.asarray(kernel.shape)
    pooled = [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(grid, sizes, stride, padding, strict=True)]
    found = np.zeros((int(np.prod(pooled)), int(np.prod(grid))))
    for row, cell in enumerate(product(*map(range, pooled))):
        for at in product(*map(range, sizes)):
            token = [c * s - p + a for c, s, p, a in zip(cell, stride, padding, at, strict=True)]
            if all(0 <= t < n for t, n in zip(token, grid, strict=True)):
                found[row, np.ravel_multi_index(token, grid)] += kernel[at]
    return found / found.sum(1, keepdims=True)


def with_class(pooling):
    whole = np.zeros((pooling.shape[0] + 1, pooling.shape[1] + 1))
    whole[0, 0] = 1.0
    whole[1:, 1:] = pooling
    return whole


def brute_force(network, seen):
    """All layers as full matrices, multiplied in the order of the forward pass."""
    grid, flow = network.config.grid, None
    for block, tapped in zip(network.blocks, seen, strict=True):
        q, k = tapped.q[0].double(), tapped.k[0].double()
        attention = (q @ k.transpose(1, 2) / q.shape[-1] ** 0.5).softmax(-1).mean(0).numpy()
        pool = block.attn.pool_v
        values = with_class(
            matrix(pool.weight.detach().abs().mean(0)[0].numpy(), pool.stride, pool.padding, grid)
        )
        skip = np.eye(values.shape[1])
        if block.skip is not None:
            window = block.skip
            skip = with_class(matrix(np.ones(window.kernel_size), window.stride, window.padding, grid))
            grid = (grid[0], -(-grid[1] // 2), -(-grid[2] // 2))
        layer = (skip + attention @ values) / 2
        flow = layer if flow is None else layer @ flow
    return flow[0]


def test_the_row_equals_the_product_of_full_matrices(network):
    with torch.no_grad(), watched(network) as seen:
        network(torch.rand(1, 4, 20, 20, generator=torch.Generator().manual_seed(1)))
    layers = pooled_layers(network, seen.attention, TINY.grid)
    found = rolled_out_pooled(layers, RolloutOptions()).numpy()
    expected = brute_force(network, seen.attention)
    assert np.abs(found - expected).max() <= 1e-5 * expected.max()
    assert found.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("grid", [(3, 5, 5), (2, 4, 7), (1, 1, 1)])
@pytest.mark.parametrize("stride", [1, 2])
def test_nothing_is_lost_or_made_by_a_pooling(grid, stride):
    kernel = torch.rand(1, 1, 3, 3, 3, generator=torch.Generator().manual_seed(0))
    pooling = Pooling(kernel, (1, stride, stride), (1, 1, 1), grid)
    row = torch.rand(1 + int(np.prod(pooling.pooled_grid)), generator=torch.Generator().manual_seed(1))
    back = pooling.back(row)
    assert back.shape == (1 + int(np.prod(grid)),)
    assert float(back.sum()) == pytest.approx(float(row.sum()), rel=1e-5)
    assert float(back[0]) == float(row[0])


def test_all_shares_of_a_cardiac_study_add_up_to_one():
    model, inputs = cardiac_study()
    made = rollout_of_loops(model, inputs, "measure_0")
    assert made.evidence.check("completeness").verdict == "pass"
    assert all((unit.scores >= 0).all() for unit in made.units)
    present, views = inputs.tensors["clip_mask"], inputs.tensors["views"]
    vectors = model.network.vectors(inputs.tensors["clips"], present)
    shares = model.network.fusion.weights(vectors, views, present)[0]
    whole = [unit.total for unit in made.units]
    assert np.argsort(whole).tolist() == np.argsort(shares.numpy()).tolist()


def test_a_frame_of_an_echo_loop_gets_its_share_of_the_view_gate_included():
    model, inputs = echo_study()
    made = rollout_of_loops(model, inputs, "mpap")
    with torch.no_grad(), watched(model.network) as seen:
        views = [model.observed(inputs, n) for n in range(len(inputs.places))]
        model.join(inputs, torch.stack(views, 1))
    *frames, fused = (share[0].numpy() for share in seen.shares)
    assert sum(unit.total for unit in made.units) + sum(made.context.values()) == pytest.approx(1, abs=1e-5)
    for unit, own, view in zip(made.units, frames, fused, strict=True):
        by_frame = np.bincount(unit.place.index[:, 0], unit.scores)
        assert (by_frame <= own * view + 1e-6).all()
        assert by_frame == pytest.approx(own * view, rel=0.6)  # the rest fell on class token and margins


def test_the_same_way_is_taken_by_the_one_function_that_explains():
    model, inputs = echo_study()
    made = explain(model, inputs, "mpap", "rollout", options={"evidence": False})
    assert made.method == "attention rollout"
    assert "same for every target" in made.caveat


def test_what_cannot_be_followed_is_refused_in_words():
    model, inputs = cardiac_study()
    with pytest.raises(NotApplicableError, match="cannot be weighed by gradients"):
        rollout_of_loops(model, inputs, "measure_0", options=PRESETS["gradient"])
    with pytest.raises(NotApplicableError, match="cannot be discarded"):
        rollout_of_loops(model, inputs, "measure_0", options=RolloutOptions(discard=0.5))


def test_no_hook_is_left_when_following_breaks(monkeypatch):
    model, inputs = echo_study()
    monkeypatch.setattr(model, "join", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
    with pytest.raises(RuntimeError, match="broken"):
        rollout_of_loops(model, inputs, "mpap")
    assert not any(module._forward_hooks for module in model.network.modules())


def test_means_in_the_place_of_attention_are_followed_as_equal_shares():
    model, inputs = echo_study(echo_model(temporal="mean", fusion="mean"))
    made = rollout_of_loops(model, inputs, "mpap")
    totals = [unit.total for unit in made.units]
    assert totals == pytest.approx([np.mean(totals)] * len(totals), rel=0.2)


def test_discarding_sharpens_within_each_picture():
    model, inputs = echo_study()
    plain = rollout_of_loops(model, inputs, "mpap").units[0].scores
    sharp = rollout_of_loops(model, inputs, "mpap", options=replace(RolloutOptions(), discard=0.8))
    assert not np.allclose(sharp.units[0].scores, plain)
    assert sharp.evidence.check("completeness").verdict == "pass"
