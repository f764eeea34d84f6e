"""Models with random weights, for trials of everything around them: their card, and how they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import torch
from torch import nn

from inference.card import Card, Target

Network = TypeVar("Network", bound=nn.Module)


def drawn(build: Callable[[], Network], seed: int = 0) -> Network:
    """A network with random weights, ready to answer; the caller's random numbers go on as before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = build()
    return network.eval().requires_grad_(False)


def untrained_card(
    family: str,
    title: str,
    seen: tuple[str, str],
    targets: Sequence[Target],
    config: Mapping[str, Any],
    *,
    answer: str = "answer",
) -> Card:
    """The card of a model that has learnt nothing; `seen` is the modality and the part of the body."""
    modality, body_part = seen
    return Card(
        key="untrained",
        title=f"{title}, untrained",
        version="0",
        family=family,
        size="bundled",
        modality=modality,
        body_part=body_part,
        intended_use="Trials of the software.",
        not_for="Any reading: the weights are random.",
        weights_origin="random weights",
        trained_on="nothing",
        recipe="none",
        licence="Apache-2.0",
        sources=(),
        known_failures=(f"Every {answer} is random.",),
        population="none",
        targets=tuple(targets),
        metrics=(),
        config=config,
    )
