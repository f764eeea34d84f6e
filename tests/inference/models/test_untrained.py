"""Models with random weights say so, and leave the caller's random numbers alone."""

import torch
from torch import nn

from inference.card import Target
from inference.models.untrained import drawn, untrained_card


def test_a_network_is_the_same_for_a_seed_and_its_drawing_disturbs_nothing():
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    one, same, other = (drawn(lambda: nn.Linear(4, 4), seed) for seed in (1, 1, 2))
    assert torch.equal(torch.rand(3), expected)
    assert torch.equal(one.weight, same.weight)
    assert not torch.equal(one.weight, other.weight)
    assert not one.training
    assert not one.weight.requires_grad


def test_a_card_without_learning_says_that_its_answers_are_random():
    card = untrained_card(
        "prima", "Prima", ("MR", "brain"), [Target("a", "A")], {"width": 4}, answer="outline"
    )
    assert card.title == "Prima, untrained"
    assert card.weights_origin == "random weights"
    assert card.known_failures == ("Every outline is random.",)
    assert card.caveat.endswith("not for diagnostic use")
