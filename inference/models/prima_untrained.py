"""Prima with random weights: for trials of everything around it."""

from __future__ import annotations

from inference.card import Group, Target
from inference.models.prima import PrimaModel
from inference.models.untrained import drawn, untrained_card
from inference.networks.prima import Prima
from inference.networks.prima_config import PrimaConfig, config_to_json


def untrained(config: PrimaConfig, seed: int = 0) -> PrimaModel:
    """A model with random weights and nameless targets: for trials of everything around it."""
    sizes: dict[Group, int] = {
        "diagnosis": config.diagnoses,
        "referral": config.referrals,
        "priority": config.priorities,
    }
    targets = [
        Target(f"{group}_{n}", f"{group.capitalize()} {n}", group=group)
        for group, size in sizes.items()
        for n in range(size)
    ]
    card = untrained_card("prima", "Prima", ("MR", "brain"), targets, config_to_json(config))
    return PrimaModel(card, drawn(lambda: Prima(config), seed))
