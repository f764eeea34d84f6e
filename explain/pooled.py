"""Carrying attention back through pooled attention, as in multiscale vision transformers.

Such a layer attends from pooled queries to pooled keys and values, and its residual path is pooled as well.
Attention rollout (Abnar and Zuidema 2020) then has no square matrices: with A (queries, keys) a layer passes
on (S + A V) / 2, where V says how much of each pooled value came from each token (the kernel that pools
values, by size, each row brought to one: what of it hangs over the edge is left out) and S how much of each
pooled residual came from each token (max pooling: every token of the window alike, whichever was largest).
The class token is never pooled. Rows of S, A and V sum to one, so that shares are neither lost nor made.
Weighing kernels by size and windows alike is an approximation, and the map says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import conv3d, conv_transpose3d

from explain.attention_rows import RolloutOptions, attended
from explain.taps import Tapped

Grid = tuple[int, int, int]
Three = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Pooling:
    """Averages of neighbours on a grid: which tokens each pooled token was made from, and how much of each.

    kernel  (1, 1, time, rows, columns), none negative
    """

    kernel: Tensor
    stride: Three
    padding: Three
    grid: Grid  # before pooling

    @property
    def pooled_grid(self) -> Grid:
        """The grid after pooling."""
        sizes = zip(self.grid, self.kernel.shape[2:], self.stride, self.padding, strict=True)
        t, rows, columns = ((n + 2 * p - k) // s + 1 for n, k, s, p in sizes)
        return t, rows, columns

    def back(self, row: Tensor) -> Tensor:
        """Shares of pooled tokens (1 + m,) -> shares of the tokens they were made from (1 + n,)."""
        inside = conv3d(torch.ones(1, 1, *self.grid).to(row), self.kernel, None, self.stride, self.padding)
        shares = row[1:].view(1, 1, *self.pooled_grid) / inside  # of a kernel over the edge, what is inside
        spread = conv_transpose3d(
            shares, self.kernel, None, self.stride, self.padding, output_padding=self._left_over
        )
        return torch.cat((row[:1], spread.flatten()))

    @property
    def _left_over(self) -> Three:
        """Tokens at the far ends that no pooling reaches back to by itself."""
        sizes = zip(self.grid, self.kernel.shape[2:], self.stride, self.padding, strict=True)
        t, rows, columns = ((n + 2 * p - k) % s for n, k, s, p in sizes)
        return t, rows, columns


@dataclass(frozen=True, eq=False)
class PooledLayer:
    """One attention with its poolings. `skip` is None where the residual path is not pooled."""

    tapped: Tapped
    values: Pooling
    skip: Pooling | None

    def back(self, row: Tensor, options: RolloutOptions) -> Tensor:
        """Shares of what the layer gives (1 + m,) -> of what it was given (1 + n,)."""
        past = row if self.skip is None else self.skip.back(row)
        return (past + self.values.back(attended(self.tapped, row, 1, options))) / 2


def pooled_layers(network: nn.Module, seen: Sequence[Tapped], grid: Grid) -> list[PooledLayer]:
    """The attentions seen, first one first, with the poolings of their blocks; `grid` of the first."""
    layers = []
    for tapped in seen:
        attention = network.get_submodule(tapped.name.rpartition(".")[0])
        block = network.get_submodule(tapped.name.rpartition(".")[0].rpartition(".")[0])
        skip = _of_window(block.skip, grid, tapped.q) if isinstance(block.skip, nn.MaxPool3d) else None
        assert isinstance(attention.pool_v, nn.Conv3d)
        layers.append(PooledLayer(tapped, _of_kernel(attention.pool_v, grid, tapped.q), skip))
        grid = grid if skip is None else skip.pooled_grid
    return layers


def rolled_out_pooled(layers: Sequence[PooledLayer], options: RolloutOptions) -> Tensor:
    """(1 + n,) shares, at the first grid, of the class token that the last layer gives."""
    q = layers[-1].tapped.q
    row = torch.zeros(q.shape[2], dtype=q.dtype, device=q.device)
    row[0] = 1.0
    for layer in reversed(layers):
        row = layer.back(row, options)
    return row


def _of_kernel(pool: nn.Conv3d, grid: Grid, like: Tensor) -> Pooling:
    """How a convolution with one kernel per channel mixes neighbours, by the mean size of its weights."""
    sizes = pool.weight.detach().abs().mean(0, keepdim=True).to(like)
    kernel = sizes + torch.finfo(sizes.dtype).tiny  # a kernel of zeros mixes all alike
    return Pooling(kernel, _three(pool.stride), _three(pool.padding), grid)


def _of_window(pool: nn.MaxPool3d, grid: Grid, like: Tensor) -> Pooling:
    """Every token of a window of max pooling alike."""
    kernel = torch.ones(1, 1, *_three(pool.kernel_size), dtype=like.dtype, device=like.device)
    return Pooling(kernel, _three(pool.stride), _three(pool.padding), grid)


def _three(value: int | str | tuple[int, ...]) -> Three:
    assert not isinstance(value, str)
    t, rows, columns = (value,) * 3 if isinstance(value, int) else value
    return t, rows, columns
