"""Cardiac with random weights: for trials of everything around it."""

from __future__ import annotations

import torch

from inference.card import Card, Target
from inference.models.cardiac import CardiacModel
from inference.networks.cardiac_config import CardiacConfig, config_to_json
from inference.networks.cardiac_mvit import Cardiac


def untrained(config: CardiacConfig, seed: int = 0) -> CardiacModel:
    """A model with random weights and nameless targets: for trials of everything around it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Cardiac(config)
    return CardiacModel(blank_card(config), network.eval().requires_grad_(False))


def blank_card(config: CardiacConfig) -> Card:
    """The card of a model that has learnt nothing."""
    measures = [Target(f"measure_{n}", f"Measure {n}", "mL", group="measure") for n in range(config.measures)]
    conditions = [Target(f"condition_{n}", f"Condition {n}") for n in range(config.conditions)]
    return Card(
        key="untrained",
        title="Cardiac cine, untrained",
        version="0",
        family="cardiac",
        size="bundled",
        modality="MR",
        body_part="heart",
        intended_use="Trials of the software.",
        not_for="Any reading: the weights are random.",
        weights_origin="random weights",
        trained_on="nothing",
        recipe="none",
        licence="Apache-2.0",
        sources=(),
        known_failures=("Every answer is random.",),
        population="none",
        targets=(*measures, *conditions),
        metrics=(),
        config=config_to_json(config),
    )
