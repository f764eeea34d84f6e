"""Cardiac cine MRI: a multiscale transformer over space and time encodes clips, gated attention joins them.

clip (frames, rows, columns) --MViT--> class token --projection--> clip vector --gated attention--> study

Names of the encoder's parameters follow the published checkpoint (MViT-B 16x4 and a projection, 377 tensors):
importing it is taking the prefix "model." away (`cardiac_published`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

Pooling = Literal["gated", "uniform", "mean"]
Grid = tuple[int, int, int]
_NORM = partial(nn.LayerNorm, eps=1e-6)
_POOLED = 3  # edge of the kernels that pool queries, keys and values
LEAST_SPREAD = 0.02  # of a standardised measure; no answer is surer than that


@dataclass(frozen=True)
class MViTConfig:
    """Sizes of the encoder. At the blocks in `widen`, width and heads double and each picture axis halves."""

    frames: int
    size: int  # rows and columns of a clip
    channels: int
    width: int
    depth: int
    patch_kernel: Grid
    patch_stride: Grid
    key_stride: int  # of keys and values along each picture axis in the first block
    widen: tuple[int, ...]

    @property
    def grid(self) -> Grid:
        """Tokens along (time, rows, columns) before any pooling."""
        t, r, c = self.patch_stride
        return self.frames // t, self.size // r, self.size // c

    @property
    def out(self) -> int:
        """Width of the last block."""
        return self.width << len(self.widen)


@dataclass(frozen=True)
class CardiacConfig:
    """Sizes of all parts.

    measures, conditions  numbers in units, then yes-or-no answers
    pooling               "gated" attention; "uniform": the same features, equal weights; "mean": the mean of
                          clip vectors goes through the same layers
    views                 how many views are told apart; 0 leaves the view out of the study network
    centre, scale         mean and spread of each measure: the network answers in these units
    reach                 half-widths of the 95 % intervals in predicted spreads; 0: not calibrated
    pixel_mm              edge of a pixel of a clip
    """

    encoder: MViTConfig
    projection: int
    hidden: int
    gate: int
    measures: int
    conditions: int
    pooling: Pooling = "gated"
    views: int = 0
    centre: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    reach: tuple[float, ...] = ()
    pixel_mm: float = 3.0
    dropout: float = 0.25

    @property
    def answers(self) -> int:
        """Number of scores."""
        return self.measures + self.conditions


def full(measures: int = 1, conditions: int = 35) -> CardiacConfig:
    """The published dimensions."""
    encoder = MViTConfig(
        frames=16, size=224, channels=3, width=96, depth=16, patch_kernel=(3, 7, 7), patch_stride=(2, 4, 4),
        key_stride=8, widen=(1, 3, 14),
    )  # fmt: skip
    return CardiacConfig(encoder, 512, 256, 128, measures, conditions, pixel_mm=1.25)


def bundled(measures: int = 5, conditions: int = 7) -> CardiacConfig:
    """The same with dimensions that two processor cores can train."""
    encoder = MViTConfig(
        frames=8, size=64, channels=1, width=32, depth=6, patch_kernel=(3, 9, 9), patch_stride=(2, 8, 8),
        key_stride=2, widen=(1, 3),
    )  # fmt: skip
    return CardiacConfig(encoder, 128, 64, 32, measures, conditions, views=4)


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
            self.pool_q, self.norm_q = _pool(each, query_stride), _NORM(each)
        self.pool_k, self.norm_k = _pool(each, key_stride), _NORM(each)
        self.pool_v, self.norm_v = _pool(each, key_stride), _NORM(each)
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
        self.norm1 = _NORM(width)
        self.attn = PooledAttention(width, heads, query_stride, key_stride)
        self.norm2 = _NORM(width)
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


class MViT(nn.Module):
    """Clips (b, frames, rows, columns) -> (b, out): the class token of the last block."""

    def __init__(self, c: MViTConfig) -> None:
        super().__init__()
        self.config = c
        self.patch_embed = PatchEmbed(c)
        self.cls_positional_encoding = ClassAndPosition(c)
        self.blocks = nn.ModuleList(_blocks(c))
        self.norm_embed = _NORM(c.out)
        self.apply(_initialised)
        for name, value in self.cls_positional_encoding.named_parameters():
            if name != "cls_token":
                nn.init.trunc_normal_(value, std=0.02)

    def forward(self, clips: Tensor) -> Tensor:
        """One vector per clip."""
        x = self.patch_embed(clips[:, None].expand(-1, self.config.channels, -1, -1, -1))
        x = self.cls_positional_encoding(x)
        grid = self.config.grid
        for block in self.blocks:
            x, grid = block(x, grid)
        out: Tensor = self.norm_embed(x)[:, 0]
        return out


class Fusion(nn.Module):
    """Clip vectors of a study -> answers: gated attention, equal weights, or the mean of the vectors.

    What each clip's share was passes the parameter-free `shares`.
    """

    def __init__(self, c: CardiacConfig) -> None:
        super().__init__()
        self.pooling = c.pooling
        self.view = nn.Embedding(c.views + 1, c.projection) if c.views else None  # the last: not known
        self.features = nn.Sequential(
            nn.Linear(c.projection, c.hidden), nn.ReLU(), nn.Dropout(c.dropout),
            nn.Linear(c.hidden, c.hidden), nn.ReLU(), nn.Dropout(c.dropout),
        )  # fmt: skip
        self.gate_a = nn.Linear(c.hidden, c.gate)
        self.gate_b = nn.Linear(c.hidden, c.gate)
        self.gate_c = nn.Linear(c.gate, 1)
        self.drop = nn.Dropout(c.dropout)
        self.answers = nn.Linear(c.hidden, c.answers)
        self.spread = nn.Linear(c.hidden, c.measures)
        self.shares = nn.Identity()
        if self.view is not None:
            nn.init.normal_(self.view.weight, std=0.02)

    def weights(self, vectors: Tensor, views: Tensor, present: Tensor) -> Tensor:
        """(b, units) share of each clip in the answers; nothing for a clip that is not present."""
        return self._weights(self._features(vectors, views), present)

    def forward(self, vectors: Tensor, views: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """(b, units, projection) -> standardised answers (b, answers), spread of measures (b, measures)."""
        if self.pooling == "mean":
            equal = self.shares(_equal(present))[..., None]
            study = self.features((equal * self._coded(vectors, views)).sum(1))
        else:
            features = self._features(vectors, views)
            study = (self.shares(self._weights(features, present))[..., None] * features).sum(1)
        study = self.drop(study)
        return self.answers(study), softplus(self.spread(study)) + LEAST_SPREAD

    def _coded(self, vectors: Tensor, views: Tensor) -> Tensor:
        vectors = vectors * vectors.shape[-1] ** 0.5  # of length one: brings their elements near one
        if self.view is None:
            return vectors
        out: Tensor = vectors + self.view(views.clamp(max=self.view.num_embeddings - 1))
        return out

    def _features(self, vectors: Tensor, views: Tensor) -> Tensor:
        out: Tensor = self.features(self._coded(vectors, views))
        return out

    def _weights(self, features: Tensor, present: Tensor) -> Tensor:
        if self.pooling != "gated":
            return _equal(present)
        gate = torch.tanh(self.gate_a(features)) * torch.sigmoid(self.gate_b(features))
        logits = self.gate_c(gate)[..., 0]
        least = torch.finfo(logits.dtype).min
        shares: Tensor = logits.masked_fill(~present, least).softmax(-1) * present
        return shares  # a study without clips has none


class Cardiac(nn.Module):
    """A cine study: clips (b, units, frames, rows, columns), clip_mask (b, units), views (b, units)."""

    centre: Tensor
    scale: Tensor

    def __init__(self, config: CardiacConfig) -> None:
        super().__init__()
        self.config = config
        self.video_encoder = MViT(config.encoder)
        self.video_proj = nn.Linear(config.encoder.out, config.projection)
        self.fusion = Fusion(config)
        self.register_buffer("centre", _padded(config.centre, config, 0.0), persistent=False)
        self.register_buffer("scale", _padded(config.scale, config, 1.0), persistent=False)

    def encode_clips(self, clips: Tensor) -> Tensor:
        """(n, frames, rows, columns) -> (n, projection) of length one."""
        return nn.functional.normalize(self.video_proj(self.video_encoder(clips)), dim=-1)

    def vectors(self, clips: Tensor, present: Tensor) -> Tensor:
        """(b, units, projection); clips that are not there cost nothing and stay zero."""
        found = self.encode_clips(clips[present])
        return found.new_zeros(*present.shape, found.shape[-1]).masked_scatter(present[..., None], found)

    def fuse(self, vectors: Tensor, views: Tensor, present: Tensor) -> tuple[Tensor, Tensor]:
        """Scores (b, answers) in units and logits, and the spread of each measure (b, measures) in units."""
        answers, spread = self.fusion(vectors, views, present)
        return answers * self.scale + self.centre, spread * self.scale[: self.config.measures]

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, answers) scores."""
        present = tensors["clip_mask"]
        scores, _ = self.fuse(self.vectors(tensors["clips"], present), tensors["views"], present)
        return scores


def config_to_json(config: CardiacConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return asdict(config)


def config_from_json(data: Mapping[str, Any]) -> CardiacConfig:
    """The config from plain JSON values."""
    values = _with_tuples(data)
    values["encoder"] = MViTConfig(**_with_tuples(data["encoder"]))
    return CardiacConfig(**values)


def without_attention(config: CardiacConfig, pooling: Pooling = "uniform") -> CardiacConfig:
    """The same with equal weights, or the mean, in the place of gated attention."""
    return replace(config, pooling=pooling)


def _blocks(c: MViTConfig) -> list[Block]:
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


def _equal(present: Tensor) -> Tensor:
    return present / present.sum(-1, keepdim=True).clamp(min=1)


def _with_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def _padded(values: tuple[float, ...], c: CardiacConfig, otherwise: float) -> Tensor:
    """(answers,): the measures' values, and `otherwise` for what has none."""
    return torch.tensor([*values, *[otherwise] * (c.answers - len(values))])


def _initialised(module: nn.Module) -> None:
    if isinstance(module, nn.Linear):
        nn.init.trunc_normal_(module.weight, std=0.02)
        nn.init.zeros_(module.bias)
