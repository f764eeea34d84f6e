"""A network is as it was after it was explained."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from explain.frozen import frozen


def test_modes_and_gradients_are_put_back_even_after_an_error():
    network = nn.Sequential(nn.Linear(2, 2), nn.Dropout()).train()
    network[0].bias.requires_grad_(False)
    network[1].eval()
    with frozen(network):
        assert not network.training
        assert not any(p.requires_grad for p in network.parameters())
    with pytest.raises(RuntimeError), frozen(network):
        network(torch.zeros(5))
    assert network.training
    assert not network[1].training
    assert [p.requires_grad for p in network.parameters()] == [True, False]


def test_inputs_still_have_gradients_inside():
    network, x = nn.Linear(2, 1), torch.ones(1, 2, requires_grad=True)
    with frozen(network):
        (gradient,) = torch.autograd.grad(network(x).sum(), x)
    assert torch.equal(gradient[0], network.weight[0])
