"""Attention rollout beside one plain forward pass."""

from __future__ import annotations

import torch

from explain.attention import rollout
from explain.explicit import ExplicitAttention
from tests.benchmarks.row import Row
from tests.benchmarks.subject import one_thread, prima, seconds, tokens

HOLDS = {200: 1.3, 2000: 2.0}


def rows() -> list[Row]:
    """One series of 200 and of 2,000 tokens."""
    with one_thread():
        return [_row(count, most) for count, most in HOLDS.items()]


def _row(count: int, most: float) -> Row:
    model, study = prima(), tokens((count,))
    target = model.card.targets[0].name

    def forward() -> None:
        with torch.no_grad():
            model.join(study, model.encode(study, 0)[None])

    def eager() -> None:
        with torch.no_grad(), ExplicitAttention():
            model.join(study, model.encode(study, 0)[None])

    repeats = 40 if count < 1000 else 5
    plain, ours, explicit = seconds(forward, lambda: rollout(model, study, target), eager, repeats=repeats)
    return Row(
        what=f"attention rollout, {count:,} tokens",
        ours=f"{ours * 1e3:.1f} ms",
        peer=f"one forward pass {plain * 1e3:.1f} ms",
        ratio=ours / plain,
        hold=f"<= {most}x",
        holds=ours <= most * plain,
        note=f"attention in the open, without any rollout: {explicit / plain:.1f}x",
    )
