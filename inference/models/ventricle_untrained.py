"""The ventricle's model with random weights: for trials of everything around it."""

from __future__ import annotations

import torch

from inference.card import Card
from inference.models.ventricle import TARGETS, VentricleModel
from inference.networks.lv_unet import LVUNet, LVUNetConfig, config_to_json


def untrained(config: LVUNetConfig, seed: int = 0) -> VentricleModel:
    """A model with random weights: for trials of everything around it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = LVUNet(config)
    return VentricleModel(blank_card(config), network.eval().requires_grad_(False))


def blank_card(config: LVUNetConfig) -> Card:
    """The card of a model that has learnt nothing."""
    return Card(
        key="untrained",
        title="Left ventricle, untrained",
        version="0",
        family="ventricle",
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
        known_failures=("Every outline is random.",),
        population="none",
        targets=TARGETS,
        metrics=(),
        config=config_to_json(config),
    )
