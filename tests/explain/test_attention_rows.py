"""Laws of one row carried back through attention."""

from __future__ import annotations

import pytest
import torch

from explain.attention_rows import RolloutOptions, attended, readout_row, rolled_out, sharpened
from explain.taps import Tapped


def tapped(n: int, heads: int = 2, seed: int = 0) -> Tapped:
    generator = torch.Generator().manual_seed(seed)
    q, k = (torch.randn(1, heads, n, 8, generator=generator) * 2 for _ in "qk")
    return Tapped("blocks.0.attn.tap", q, k, None)


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


def test_keys_that_are_masked_get_nothing():
    layer = tapped(6)
    masked = Tapped(layer.name, layer.q, layer.k, torch.tensor([[True] * 4 + [False] * 2]))
    assert torch.all(attended(masked, torch.ones(6) / 6, 0, RolloutOptions())[4:] == 0)


def test_few_rows_at_a_time_give_the_same(monkeypatch):
    whole = attended(tapped(20, heads=8), torch.ones(20) / 20, 0, RolloutOptions())
    monkeypatch.setattr("explain.attention_rows.FLOATS_AT_ONCE", 1)
    assert torch.allclose(attended(tapped(20, heads=8), torch.ones(20) / 20, 0, RolloutOptions()), whole)


def test_without_registers_all_elements_are_read_out():
    row = readout_row(6, 0, 2, torch.zeros(1))
    assert row.tolist() == [0, 0, 0.25, 0.25, 0.25, 0.25]


def test_discarding_everything_leaves_each_row_its_own_element():
    matrix = torch.rand(6, 6, generator=torch.Generator().manual_seed(0)) + 0.01
    kept = sharpened(matrix, torch.arange(6), specials=2, discard=1.0) > 0
    assert kept[:, :2].all()
    assert kept.diagonal().all()
    assert (kept[2:, 2:].sum(1) == 1).all()
