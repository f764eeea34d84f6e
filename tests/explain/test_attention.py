"""Rollout against the full product of matrices, and its laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from explain.attention import rollout
from explain.attention_rows import PRESETS, RolloutOptions
from explain.explicit import ExplicitAttention
from inference.errors import NotApplicableError
from tests.explain.toys import Sums, TwoLevel


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


def test_the_order_of_the_tokens_does_not_matter():
    model = TwoLevel((12,))
    study, order = model.study(), torch.randperm(12, generator=torch.Generator().manual_seed(0))
    before = rollout(model, study, "mass").units[0].scores
    study.tensors["tokens"] = study.tensors["tokens"][:, :, order]
    assert np.allclose(rollout(model, study, "mass").units[0].scores, before[order], atol=1e-6)


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
