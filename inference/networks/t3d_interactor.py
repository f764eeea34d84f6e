"""Where T3D's places read a report: the interactor, and what restores hidden parts from what they read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from inference.networks.t3d_config import T3DConfig


class Report(NamedTuple):
    """Encoded reports: words (b, n, width), and which of them are real (b, n)."""

    words: Tensor
    real: Tensor


class CrossAttention(nn.Module):
    """Places look at words; `weights` is the tap where the matrix (b, heads, places, words) can be read."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width)
        self.kv = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)
        self.weights = nn.Identity()

    def forward(self, x: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        """(b, n, d) places, (b, m, d) words, (b, m) which words are real -> (b, n, d)."""
        b, n, d = x.shape
        q = self.q(x).view(b, n, self.heads, -1).transpose(1, 2)
        k, v = self.kv(memory).view(b, memory.shape[1], 2, self.heads, -1).permute(2, 0, 3, 1, 4)
        logits = (q @ k.transpose(-2, -1)) / q.shape[-1] ** 0.5  # (b, h, n, m)
        logits = logits.masked_fill(~real[:, None, None, :], -torch.inf)
        y = self.weights(logits.softmax(-1)) @ v
        out: Tensor = self.out(y.transpose(1, 2).reshape(b, n, d))
        return out


class SelfAttention(nn.Module):
    """Places look at each other."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, n, d)."""
        b, n, d = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        out: Tensor = self.out(scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, n, d))
        return out


class Interactor(nn.Module):
    """One decoder layer: places of several levels look at each other, at the report, and think it over."""

    def __init__(self, c: T3DConfig) -> None:
        super().__init__()
        self.levels = c.levels
        self.inward = nn.ModuleList(nn.Linear(c.channels(level), c.width) for level in c.levels)
        self.where = nn.ParameterList(
            nn.Parameter(torch.randn(_count(c.grid(level)), c.width) * 0.02) for level in c.levels
        )
        self.outward = nn.ModuleList(nn.Linear(c.width, c.channels(level)) for level in c.levels)
        self.memory = nn.Linear(c.text.width, c.width)
        self.norms = nn.ModuleList(nn.LayerNorm(c.width) for _ in range(4))
        self.self_attn = SelfAttention(c.width, c.interactor_heads)
        self.cross_attn = CrossAttention(c.width, c.interactor_heads)
        self.mlp = nn.Sequential(nn.Linear(c.width, 4 * c.width), nn.GELU(), nn.Linear(4 * c.width, c.width))
        for layer in self.outward:  # at first the report changes nothing
            nn.init.zeros_(layer.weight)  # type: ignore[arg-type] # a Linear's weight is a tensor
            nn.init.zeros_(layer.bias)  # type: ignore[arg-type] # and so is its bias

    def forward(self, pyramid: Sequence[Tensor], report: Report) -> Tensor:
        """Maps of every level -> (b, places of all read levels, width)."""
        pieces = [
            inward(pyramid[level].flatten(2).transpose(1, 2)) + where
            for level, inward, where in zip(self.levels, self.inward, self.where, strict=True)
        ]
        x = torch.cat(pieces, 1)
        x = x + self.self_attn(self.norms[0](x))
        memory = self.norms[3](self.memory(report.words))
        x = x + self.cross_attn(self.norms[1](x), memory, report.real)
        out: Tensor = x + self.mlp(self.norms[2](x))
        return out

    def back(self, pyramid: Sequence[Tensor], places: Tensor) -> list[Tensor]:
        """The pyramid with what its places have learnt from the report."""
        changed = list(pyramid)
        start = 0
        for level, outward in zip(self.levels, self.outward, strict=True):
            count = _count(pyramid[level].shape[2:])
            added = outward(places[:, start : start + count]).transpose(1, 2)
            changed[level] = pyramid[level] + added.reshape(pyramid[level].shape)
            start += count
        return changed


class DecoderLayer(nn.Module):
    """Places look at each other, at words, and think it over."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.self_attn = SelfAttention(width, heads)
        self.cross_attn = CrossAttention(width, heads)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x: Tensor, memory: Tensor, real: Tensor) -> Tensor:
        """(b, n, width) places and (b, m, width) words, of which some are real -> (b, n, width)."""
        x = x + self.self_attn(self.norms[0](x))
        x = x + self.cross_attn(self.norms[1](x), memory, real)
        out: Tensor = x + self.mlp(self.norms[2](x))
        return out


class Restorer(nn.Module):
    """What the surroundings and the report say of hidden parts, half as fine as the picture."""

    def __init__(self, c: T3DConfig, depth: int = 2) -> None:
        super().__init__()
        self.grid = c.grid(c.levels[0])
        self.edge = 2 ** c.levels[0]  # of one place, in voxels half as fine
        self.memory = nn.Sequential(nn.Linear(c.text.width, c.width), nn.LayerNorm(c.width))
        self.layers = nn.ModuleList(DecoderLayer(c.width, c.interactor_heads) for _ in range(depth))
        self.out = nn.Sequential(nn.LayerNorm(c.width), nn.Linear(c.width, self.edge**3))

    def forward(self, places: Tensor, report: Report) -> Tensor:
        """What the interactor made of places, and the report -> (b, 1, d / 2, h / 2, w / 2) grey values."""
        memory = self.memory(report.words)
        for layer in self.layers:
            places = layer(places, memory, report.real)
        cubes = self.out(places[:, : _count(self.grid)])  # those of the finest level
        edges = (self.edge,) * 3
        cubes = cubes.view(-1, *self.grid, *edges).permute(0, 1, 4, 2, 5, 3, 6)
        made: Tensor = cubes.reshape(-1, 1, *(n * self.edge for n in self.grid))
        return made


def _count(grid: Sequence[int]) -> int:
    return int(torch.Size(grid).numel())
