"""A network held still while it is being explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import torch
from torch import nn

Named = tuple[tuple[str, nn.Module], ...]
_BELOW: WeakKeyDictionary[nn.Module, Named] = WeakKeyDictionary()


def modules_below(network: nn.Module) -> Named:
    """Every module inside a network with its name, looked for once: a network keeps what it was built of.

    The search takes as long as a small network's forward pass takes for a few layers.
    """
    if network not in _BELOW:  # the network itself is left out: it would keep itself alive
        _BELOW[network] = tuple((name, module) for name, module in network.named_modules() if name)
    return _BELOW[network]


@contextmanager
def frozen(network: nn.Module) -> Iterator[None]:
    """Evaluation mode and no gradients to parameters inside the block; all is put back after it.

    Where gradients are off already, parameters are left alone.
    """
    training = [module for _, module in (("", network), *modules_below(network)) if module.training]
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
