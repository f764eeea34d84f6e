"""T3D with random weights: for trials of everything around it."""

from __future__ import annotations

import torch

from inference.card import Card
from inference.models.t3d import T3DModel
from inference.models.t3d_targets import TARGETS
from inference.models.t3d_words import Words
from inference.networks.t3d import T3D
from inference.networks.t3d_config import T3DConfig, config_to_json


def untrained(config: T3DConfig, words: Words, seed: int = 0) -> T3DModel:
    """A model with random weights: for trials of everything around it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = T3D(config)
    return T3DModel(blank_card(config), network.eval().requires_grad_(False), words)


def blank_card(config: T3DConfig) -> Card:
    """The card of a model that has learnt nothing."""
    return Card(
        key="untrained",
        title="T3D, untrained",
        version="0",
        family="t3d",
        size="bundled",
        modality="CT",
        body_part="chest and abdomen",
        intended_use="Trials of the software.",
        not_for="Any reading: the weights are random.",
        weights_origin="random weights",
        trained_on="nothing",
        recipe="none",
        licence="Apache-2.0",
        sources=(),
        known_failures=("Every answer is random.",),
        population="none",
        targets=TARGETS,
        metrics=(),
        config=config_to_json(config),
    )
