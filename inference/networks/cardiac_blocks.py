"""The blocks of Cardiac's encoder: attention whose queries, keys and values are pooled."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor, nn

from inference.networks.cardiac_config import Grid, MViTConfig

NORM = partial(nn.LayerNorm, eps=1e-6)
_POOLED = 3  # edge of the kernels that pool queries, keys and values


class PatchEmbed(nn.Module):
    """(b, channels, t, r, c) -> (b, tokens, width)."""

    def __init__(self, c: MViTConfig) -> None:
        super().__init__()
        time, rows, columns = c.patch_kernel
        padding = (time // 2, rows // 2, columns // 2)
        self.patch_model = nn.Conv3d(c.channels, c.width, c.patch_kernel, c.patch_stride, padding)

    def forward(self, x: Tensor) -> Tensor:
        """Tokens in the order (time, row, column)."""
        out: Tensor = self.patch_model(x).flatten(2).transpose(1, 2)
        return out


class ClassAndPosition(nn.Module):
    """Puts the class token first and adds where in the picture and when in the beat each token is."""

    def __init__(self, c: MViTConfig) -> None:
        super().__init__()
        t, rows, columns = c.grid
        self.cls_token = nn.Parameter(torch.zeros(1, 1, c.width))
        self.pos_embed_spatial = nn.Parameter(torch.zeros(1, rows * columns, c.width))
        self.pos_embed_temporal = nn.Parameter(torch.zeros(1, t, c.width))
        self.pos_embed_class = nn.Parameter(torch.zeros(1, 1, c.width))

    def forward(self, x: Tensor) -> Tensor:
        """(b, n, d) -> (b, 1 + n, d)."""
        where = (self.pos_embed_temporal[:, :, None] + self.pos_embed_spatial[:, None]).flatten(1, 2)
        first = (self.cls_token + self.pos_embed_class).expand(len(x), -1, -1)
        return torch.cat((first, x + where), 1)


class PooledAttention(nn.Module):
    """Attention whose keys and values, and at widening blocks queries, are pooled over the picture.

    `tap` sees (q, k, None) after pooling, each (b, heads, 1 + tokens, width of a head).
    """

    def __init__(self, width: int, heads: int, query_stride: int, key_stride: int) -> None:
        super().__init__()
        self.heads = heads
        each = width // heads
        self.q = nn.Linear(width, width)
        self.k = nn.Linear(width, width)
        self.v = nn.Linear(width, width)
        self.proj = nn.Linear(width, width)
        if query_stride > 1:
            self.pool_q, self.norm_q = _pool(each, query_stride), NORM(each)
        self.pool_k, self.norm_k = _pool(each, key_stride), NORM(each)
        self.pool_v, self.norm_v = _pool(each, key_stride), NORM(each)
        self.pools_queries = query_stride > 1
        self.tap = nn.Identity()

    def forward(self, x: Tensor, grid: Grid) -> tuple[Tensor, Grid]:
        """(b, 1 + n, d) -> (b, 1 + m, d), and the grid of its m tokens."""
        b, n, d = x.shape
        q, k, v = (f(x).view(b, n, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        to = grid
        if self.pools_queries:
            q, to = _pooled(q, grid, self.pool_q)
            q = self.norm_q(q)
        k, v = self.norm_k(_pooled(k, grid, self.pool_k)[0]), self.norm_v(_pooled(v, grid, self.pool_v)[0])
        q, k, _ = self.tap((q, k, None))
        y = nn.functional.scaled_dot_product_attention(q, k, v)
        return self.proj(y.transpose(1, 2).reshape(b, -1, d)), to


class FeedForward(nn.Module):
    """The same two layers for every token; may widen."""

    def __init__(self, width: int, out: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, out)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) -> (..., out)."""
        out: Tensor = self.fc2(nn.functional.gelu(self.fc1(x)))
        return out


class Block(nn.Module):
    """Pooled attention, then feed-forward. The block before a wider one widens, from its normalised input."""

    def __init__(self, width: int, out: int, heads: int, query_stride: int, key_stride: int) -> None:
        super().__init__()
        self.norm1 = NORM(width)
        self.attn = PooledAttention(width, heads, query_stride, key_stride)
        self.norm2 = NORM(width)
        self.mlp = FeedForward(width, out)
        if out != width:
            self.proj = nn.Linear(width, out)
        self.widens = out != width
        edge, stride = query_stride + 1, (1, query_stride, query_stride)
        self.skip = nn.MaxPool3d((1, edge, edge), stride, (0, edge // 2, edge // 2)) if edge > 2 else None

    def forward(self, x: Tensor, grid: Grid) -> tuple[Tensor, Grid]:
        """(b, 1 + n, width) -> (b, 1 + m, out), and the grid of its m tokens."""
        y, to = self.attn(self.norm1(x), grid)
        if self.skip is not None:
            x = _pooled(x[:, None], grid, self.skip)[0][:, 0]
        x = x + y
        y = self.norm2(x)
        return (self.proj(y) if self.widens else x) + self.mlp(y), to


def blocks(c: MViTConfig) -> list[Block]:
    """All blocks of the encoder, each as wide as the one before leaves it."""
    found, width, heads, key_stride = [], c.width, 1, c.key_stride
    for n in range(c.depth):
        query_stride = 2 if n in c.widen else 1
        heads *= query_stride
        key_stride = max(key_stride // query_stride, 1)
        out = 2 * width if n + 1 in c.widen else width
        found.append(Block(width, out, heads, query_stride, key_stride))
        width = out
    return found


def _pool(channels: int, stride: int) -> nn.Conv3d:
    """A kernel of its own for every channel; time is not thinned."""
    return nn.Conv3d(
        channels, channels, _POOLED, (1, stride, stride), _POOLED // 2, groups=channels, bias=False
    )


def _pooled(x: Tensor, grid: Grid, pool: nn.Module) -> tuple[Tensor, Grid]:
    """(b, heads, 1 + n, d) pooled over the grid of its n tokens; the class token stays as it is."""
    b, heads, _, d = x.shape
    pictures = x[:, :, 1:].reshape(b * heads, *grid, d).permute(0, 4, 1, 2, 3)
    y = pool(pictures)
    t, rows, columns = y.shape[2:]
    tokens = y.flatten(2).transpose(1, 2).reshape(b, heads, -1, d)
    return torch.cat((x[:, :, :1], tokens), 2), (t, rows, columns)
