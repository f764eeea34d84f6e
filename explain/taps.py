"""Watching the attention of a network from outside, through the modules that are called `tap`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor, nn

from explain.frozen import modules_below

Output = tuple[Tensor, Tensor, Tensor | None]


@dataclass(frozen=True, eq=False)
class Tapped:
    """What one attention saw: q and k (1, heads, n, head_dim), and which keys count."""

    name: str
    q: Tensor
    k: Tensor
    key_mask: Tensor | None

    @property
    def stack(self) -> str:
        """Name of the stack of layers that this attention belongs to."""
        return _stack_of(self.name)


@contextmanager
def recorded(network: nn.Module) -> Iterator[list[Tapped]]:
    """Collect what passes every module called `tap` inside the block; nothing stays hooked after it."""
    seen: list[Tapped] = []
    handles = [
        module.register_forward_hook(_recorder(name, seen))
        for name, module in modules_below(network)
        if name.endswith(".tap")
    ]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def last_stack(seen: Sequence[Tapped]) -> list[Tapped]:
    """The layers of the stack that ran last, first layer first: the one whose output is read."""
    own = [tapped for tapped in seen if tapped.stack == seen[-1].stack]
    return own[-len({tapped.name for tapped in own}) :]


@lru_cache
def _stack_of(name: str) -> str:
    return re.sub(r"(^|\.)\d+(\.[^\d.][^.]*)*$", "", name)


def _recorder(name: str, seen: list[Tapped]) -> Callable[[nn.Module, object, Output], None]:
    def record(_module: nn.Module, _arguments: object, output: Output) -> None:
        q, k, key_mask = output
        seen.append(Tapped(name, q.detach(), k.detach(), key_mask))

    return record
