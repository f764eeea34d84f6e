"""The ventricle's model with random weights: for trials of everything around it."""

from __future__ import annotations

from inference.models.untrained import drawn, untrained_card
from inference.models.ventricle import TARGETS, VentricleModel
from inference.networks.lv_unet import LVUNet, LVUNetConfig, config_to_json


def untrained(config: LVUNetConfig, seed: int = 0) -> VentricleModel:
    """A model with random weights: for trials of everything around it."""
    plain = config_to_json(config)
    card = untrained_card("ventricle", "Left ventricle", ("MR", "heart"), TARGETS, plain, answer="outline")
    return VentricleModel(card, drawn(lambda: LVUNet(config), seed))
