"""Pre-norm transformers over padded sequences; each attention has a tap that explanations hook."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention


@dataclass(frozen=True)
class Shape:
    """Sizes of one transformer. `heads * head_dim` need not equal `width`."""

    width: int
    depth: int
    heads: int
    head_dim: int
    mlp: int


class Attention(nn.Module):
    """Self-attention in which no position looks at a masked key.

    `tap` sees (q, k, key_mask): q and k (b, heads, n, head_dim), key_mask (b, n) bool or None.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        inner = shape.heads * shape.head_dim
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.width, 3 * inner, bias=False)
        self.tap = nn.Identity()
        self.out = nn.Linear(inner, shape.width)

    def forward(self, x: Tensor, key_mask: Tensor | None = None) -> Tensor:
        """(b, n, d), (b, n) bool -> (b, n, d)."""
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)  # (b, h, n, head_dim)
        q, k, key_mask = self.tap((q, k, key_mask))
        mask = None if key_mask is None else key_mask[:, None, None, :]
        y = scaled_dot_product_attention(q, k, v, attn_mask=mask)
        out: Tensor = self.out(y.transpose(1, 2).reshape(b, n, -1))
        return out


class FeedForward(nn.Module):
    """The same two layers for every position."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.up = nn.Linear(shape.width, shape.mlp)
        self.down = nn.Linear(shape.mlp, shape.width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., d) -> (..., d)."""
        out: Tensor = self.down(nn.functional.gelu(self.up(x)))
        return out


class Block(nn.Module):
    """Attention, then feed-forward, each on the normalised stream. Without `attend` only the latter."""

    def __init__(self, shape: Shape, *, attend: bool = True) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(shape.width) if attend else None
        self.attn = Attention(shape) if attend else None
        self.norm2 = nn.LayerNorm(shape.width)
        self.mlp = FeedForward(shape)

    def forward(self, x: Tensor, key_mask: Tensor | None = None) -> Tensor:
        """(b, n, d), (b, n) bool -> (b, n, d)."""
        if self.attn is not None and self.norm1 is not None:
            x = x + self.attn(self.norm1(x), key_mask)
        out: Tensor = x + self.mlp(self.norm2(x))
        return out


class Transformer(nn.Module):
    """A stack of blocks; no final norm."""

    def __init__(self, shape: Shape, *, attend: bool = True) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(shape, attend=attend) for _ in range(shape.depth))

    def forward(self, x: Tensor, key_mask: Tensor | None = None) -> Tensor:
        """(b, n, d), (b, n) bool -> (b, n, d)."""
        for block in self.blocks:
            x = block(x, key_mask)
        return x


def sinusoids(position: Tensor, channels: int) -> Tensor:
    """(...) positions -> (..., channels) sines and cosines, interleaved, wavelengths 2 pi to 20,000 pi."""
    steps = torch.arange(0, channels, 2, device=position.device, dtype=torch.float32)
    angle = position.float()[..., None] / 10_000 ** (steps / channels)
    return torch.stack((angle.sin(), angle.cos()), -1).flatten(-2)
