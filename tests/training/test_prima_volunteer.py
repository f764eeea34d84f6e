from pathlib import Path

import torch

import resources
from inference.card import read_card
from inference.models.prima import load
from training.prima_volunteer import false_alarms


def test_the_card_tells_what_the_bundled_model_finds_in_a_healthy_volunteer():
    folder = Path(resources.path("models/prima"))
    card = read_card(folder)
    alarms = false_alarms(card, load(card, folder, torch.device("cpu")).network)
    assert [line for line in card.known_failures if "volunteer" in line] == list(alarms)
