"""A network held still while it is being explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients to parameters inside the block; all is put back after it."""
    modules = list(network.modules())
    training = [module for module in modules if module.training]
    learning = [p for module in modules for p in module.parameters(recurse=False) if p.requires_grad]
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
