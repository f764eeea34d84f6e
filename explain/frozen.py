"""A network held still while it is being explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients to parameters inside the block; all is put back after it.

    Where gradients are off already, parameters are left alone.
    """
    training = [module for module in network.modules() if module.training]
    learning = [p for p in network.parameters() if p.requires_grad] if torch.is_grad_enabled() else []
    try:
        for module in training:
            module.training = False
        for parameter in learning:
            parameter.requires_grad_(False)
        yield
    finally:
        for parameter in learning:
            parameter.requires_grad_(True)
        for module in training:
            module.training = True
