"""Prima with random weights: for trials of everything around it."""

from __future__ import annotations

import torch

from inference.card import Card, Group, Target
from inference.models.prima import PrimaModel
from inference.networks.prima import Prima
from inference.networks.prima_config import PrimaConfig, config_to_json


def untrained(config: PrimaConfig, seed: int = 0) -> PrimaModel:
    """A model with random weights and nameless targets: for trials of everything around it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Prima(config)
    return PrimaModel(blank_card(config), network.eval().requires_grad_(False))


def blank_card(config: PrimaConfig) -> Card:
    """The card of a model that has learnt nothing."""
    sizes: dict[Group, int] = {
        "diagnosis": config.diagnoses,
        "referral": config.referrals,
        "priority": config.priorities,
    }
    return Card(
        key="untrained",
        title="Prima, untrained",
        version="0",
        family="prima",
        size="bundled",
        modality="MR",
        body_part="brain",
        intended_use="Trials of the software.",
        not_for="Any reading: the weights are random.",
        weights_origin="random weights",
        trained_on="nothing",
        recipe="none",
        licence="Apache-2.0",
        sources=(),
        known_failures=("Every answer is random.",),
        population="none",
        targets=tuple(
            Target(f"{group}_{n}", f"{group.capitalize()} {n}", group=group)
            for group, size in sizes.items()
            for n in range(size)
        ),
        metrics=(),
        config=config_to_json(config),
    )
