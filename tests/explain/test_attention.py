"""Rollout against the full product of matrices, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from explain.attention import PRESETS, RolloutOptions, attended, readout_row, rolled_out, rollout, sharpened
from explain.explicit import ExplicitAttention
from explain.taps import Tapped
from inference.errors import NotApplicableError
from tests.explain.toys import Sums, TwoLevel


def tapped(n: int, heads: int = 2, seed: int = 0) -> Tapped:
    generator = torch.Generator().manual_seed(seed)
    q, k = (torch.randn(1, heads, n, 8, generator=generator) * 2 for _ in "qk")
    return Tapped("blocks.0.attn.tap", q, k, None)


def published(matrices: list[Tensor], readout: int) -> Tensor:
    """Abnar and Zuidema: (mean of heads + identity) / 2 of all layers multiplied, rows of the registers."""
    n = matrices[0].shape[-1]
    product = torch.eye(n)
    for matrix in matrices:
        product = (matrix[0].mean(0) + torch.eye(n)) / 2 @ product
    return product[:readout].mean(0)


def test_the_row_equals_the_full_product_of_both_levels():
    model = TwoLevel()
    study = model.study()
    made = rollout(model, study, "mass")
    with torch.no_grad(), ExplicitAttention() as explicit:
        series, encodings = [], []
        for unit in range(3):
            encodings.append(model.encode(study, unit))
            series.append(published(explicit.take(2), 3))
        model.join(study, torch.stack(encodings, 1))
        top = published(explicit.take(2), 2)
    for unit, row in enumerate(series):
        assert np.abs(made.units[unit].scores - (row[4:] * top[3 + unit]).numpy()).max() <= 1e-5 * row.max()
    assert np.isclose(made.context["description"], float(top[2]), atol=1e-6)


@pytest.mark.parametrize("options", [*PRESETS.values(), RolloutOptions(fusion="max", discard=0.9)])
def test_shares_and_context_sum_to_one_and_none_is_negative(options):
    model = TwoLevel()
    made = rollout(model, model.study(), "mass", options=options)
    assert abs(sum(unit.total for unit in made.units) + sum(made.context.values()) - 1) < 1e-5
    assert all((unit.scores >= 0).all() for unit in made.units)
    assert set(made.context) == {"registers", "series name", "description"}


@pytest.mark.parametrize("fusion", ["mean", "max", "min"])
@pytest.mark.parametrize("discard", [0.0, 0.5, 0.9])
def test_rows_sum_to_one(fusion, discard):
    options = RolloutOptions(fusion=fusion, discard=discard)
    for position in range(10):
        row = torch.eye(10)[position]
        assert abs(float(attended(tapped(10), row, 2, options).sum()) - 1) < 1e-6


def test_discarding_spares_specials_and_the_diagonal_of_every_row():
    matrix = torch.rand(6, 6, generator=torch.Generator().manual_seed(0)) + 0.01
    kept = sharpened(matrix, torch.arange(6), specials=2, discard=0.75) > 0
    assert kept[:, :2].all()
    assert kept.diagonal().all()
    assert (kept[:, 2:].sum(1) <= 2).all()
    assert torch.allclose(sharpened(matrix, torch.arange(6), 2, 0.75).sum(1), torch.ones(6))


def test_attention_to_oneself_alone_changes_nothing():
    q = torch.eye(8)[None, None] * 1e4
    layer, row = Tapped("0.tap", q, q, None), torch.arange(8.0) / 28
    assert torch.allclose(rolled_out([layer, layer], row, 0, RolloutOptions()), row, atol=1e-6)


def test_the_order_of_the_tokens_does_not_matter():
    model = TwoLevel((12,))
    study, order = model.study(), torch.randperm(12, generator=torch.Generator().manual_seed(0))
    before = rollout(model, study, "mass").units[0].scores
    study.tensors["tokens"] = study.tensors["tokens"][:, :, order]
    assert np.allclose(rollout(model, study, "mass").units[0].scores, before[order], atol=1e-6)


def test_keys_that_are_masked_get_nothing():
    layer = tapped(6)
    masked = Tapped(layer.name, layer.q, layer.k, torch.tensor([[True] * 4 + [False] * 2]))
    assert torch.all(attended(masked, torch.ones(6) / 6, 0, RolloutOptions())[4:] == 0)


def test_few_rows_at_a_time_give_the_same(monkeypatch):
    whole = attended(tapped(20, heads=8), torch.ones(20) / 20, 0, RolloutOptions())
    monkeypatch.setattr("explain.attention.FLOATS_AT_ONCE", 1)
    assert torch.allclose(attended(tapped(20, heads=8), torch.ones(20) / 20, 0, RolloutOptions()), whole)


def test_without_registers_all_elements_are_read_out():
    row = readout_row(6, 0, 2, torch.zeros(1))
    assert row.tolist() == [0, 0, 0.25, 0.25, 0.25, 0.25]


def test_gradients_make_the_map_depend_on_the_target_and_attention_alone_does_not():
    model = TwoLevel()
    study = model.study()
    plain = [rollout(model, study, t).units[0].scores for t in ("mass", "shift")]
    weighed = [
        rollout(model, study, t, options=PRESETS["gradient"]).units[0].scores for t in ("mass", "shift")
    ]
    assert np.array_equal(*plain)
    assert not np.allclose(*weighed, rtol=0.01)


def test_a_model_that_attends_to_texts_alone_is_refused():
    class Mean(TwoLevel):
        def _series(self, tokens: Tensor, mask: Tensor, names: Tensor) -> Tensor:
            name = self.network["text"](self.network["specials"](names)).mean(1)
            return name + (tokens * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)

    model = Mean()
    with pytest.raises(NotApplicableError, match="does not attend") as refused:
        rollout(model, model.study(), "mass")
    assert "LIME" in refused.value.hint


def test_a_model_without_attention_is_refused():
    model = Sums((3,))
    with pytest.raises(NotApplicableError, match="does not attend"):
        rollout(model, model.study([torch.ones(3, 1)]), "score")


def test_the_network_is_left_as_it_was(monkeypatch):
    model = TwoLevel()
    monkeypatch.setattr(model, "join", lambda *_: (_ for _ in ()).throw(RuntimeError("broken")))
    with pytest.raises(RuntimeError, match="broken"):
        rollout(model, model.study(), "mass")
    assert not any(module._forward_hooks for module in model.network.modules())
    assert all(p.requires_grad for p in model.network.parameters())
