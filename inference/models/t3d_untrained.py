"""T3D with random weights: for trials of everything around it."""

from __future__ import annotations

from inference.card import Card
from inference.models.t3d import T3DModel
from inference.models.t3d_targets import TARGETS
from inference.models.t3d_words import Words
from inference.models.untrained import drawn, untrained_card
from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig, config_to_json


def untrained(config: T3DConfig, words: Words, seed: int = 0) -> T3DModel:
    """A model with random weights: for trials of everything around it."""
    return T3DModel(blank_card(config), drawn(lambda: T3D(config), seed), words)


def blank_card(config: T3DConfig) -> Card:
    """The card of a model that has learnt nothing."""
    return untrained_card("t3d", "T3D", ("CT", "chest and abdomen"), TARGETS, config_to_json(config))
