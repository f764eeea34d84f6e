"""Attention in the open gives the same numbers."""

from __future__ import annotations

import torch

from explain.explicit import ExplicitAttention
from tests.explain.toys import TwoLevel


def test_the_answer_is_that_of_the_fused_kernel():
    model = TwoLevel()
    study = model.study()
    with torch.no_grad():
        fused = model.scores(study.tensors)
        with ExplicitAttention() as explicit:
            open_answer = model.scores(study.tensors)
    assert torch.allclose(fused, open_answer, atol=1e-5)
    assert len(explicit.take(99)) == 6


def test_rows_of_every_matrix_sum_to_one_and_padding_is_not_seen():
    model = TwoLevel()
    with torch.no_grad(), ExplicitAttention() as explicit:
        model.scores(model.study().tensors)
    inner = explicit.take(4)[0]  # (series, heads, n, n)
    assert torch.allclose(inner.sum(-1), torch.ones(()), atol=1e-6)
    assert torch.all(inner[1, :, :, 4 + 9 :] == 0)


def test_what_was_taken_is_forgotten():
    explicit = ExplicitAttention()
    with explicit, torch.no_grad():
        TwoLevel().encode(TwoLevel().study(), 0)
    assert len(explicit.take(2)) == 2
    assert explicit.take(2) == []
