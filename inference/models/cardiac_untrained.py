"""Cardiac with random weights: for trials of everything around it."""

from __future__ import annotations

from inference.card import Card, Target
from inference.models.cardiac import CardiacModel
from inference.models.untrained import drawn, untrained_card
from inference.networks.cardiac_config import CardiacConfig, config_to_json
from inference.networks.cardiac_mvit import Cardiac


def untrained(config: CardiacConfig, seed: int = 0) -> CardiacModel:
    """A model with random weights and nameless targets: for trials of everything around it."""
    return CardiacModel(blank_card(config), drawn(lambda: Cardiac(config), seed))


def blank_card(config: CardiacConfig) -> Card:
    """The card of a model that has learnt nothing."""
    measures = [Target(f"measure_{n}", f"Measure {n}", "mL", group="measure") for n in range(config.measures)]
    conditions = [Target(f"condition_{n}", f"Condition {n}") for n in range(config.conditions)]
    targets = [*measures, *conditions]
    return untrained_card("cardiac", "Cardiac cine", ("MR", "heart"), targets, config_to_json(config))
