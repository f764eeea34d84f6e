"""Prima: a transformer over the volume tokens of each series, a second one over the series of the study.

voxel patches --VQVAE--> tokens (289) --SeriesEncoder--> one vector per series --StudyEncoder--> heads, CLIP
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

import torch
from torch import Tensor, nn

from inference.networks.attention import Shape, Transformer, sinusoids
from inference.networks.text import NameEncoder
from inference.networks.vqvae import VQVAE, VQVAEConfig

PATCH = (4, 32, 32)  # voxels of a token; the thin axis, first, is doubled before the tokenizer
LATENT = 256
POSITION_CHANNELS = 10  # per axis
TOGETHER = 16  # series that go through the encoder at a time
TOKEN = LATENT + 3 * POSITION_CHANNELS + 3  # 289: latent, position, orientation

Pooling = Literal["attention", "mean"]


@dataclass(frozen=True)
class Grid:
    """The grid that a series is brought to, and how positions are counted on it.

    pixel_mm       in the slice; slice_mm is the least distance between slices
    extent_mm      longest edge of what is kept around the head
    min_foreground share of a patch that must be foreground for it to become a token
    position_mm    length of one step of the position code, from the centre of the head; 0 counts patches
                   from the corner, as the original does
    patient_axes   patches enter the tokenizer with the axes of the patient, as the original's do; else thin
                   axis first
    """

    pixel_mm: float = 1.0
    slice_mm: float = 4.0
    extent_mm: float = 224.0
    min_foreground: float = 0.10
    max_tokens: int = 1000
    max_series: int = 16
    position_mm: float = 16.0
    patient_axes: bool = False


@dataclass(frozen=True)
class PrimaConfig:
    """Sizes of all parts. Diagnoses and referrals are answered apart, priorities exclude each other."""

    tokenizer: VQVAEConfig
    inner: Shape
    inner_registers: int
    series_width: int
    outer: Shape
    outer_registers: int
    name: Shape
    clip_width: int
    head_widths: tuple[int, ...]
    shared_trunk: bool
    diagnoses: int
    referrals: int
    priorities: int
    pooling: Pooling = "attention"
    latent_mean: float = 0.0  # tokens hold (latent - mean) / scale
    latent_scale: float = 1.0
    grid: Grid = field(default_factory=Grid)

    @property
    def study_width(self) -> int:
        """Width of the study embedding that the heads read."""
        return self.outer_registers * self.outer.width

    @property
    def answers(self) -> int:
        """Number of scores."""
        return self.diagnoses + self.referrals + self.priorities


def full(*, diagnoses: int = 52, referrals: int = 0, priorities: int = 3) -> PrimaConfig:
    """The published dimensions."""
    return PrimaConfig(
        tokenizer=VQVAEConfig(),
        inner=Shape(TOKEN, depth=15, heads=16, head_dim=64, mlp=1024),
        inner_registers=20,
        series_width=1024,
        outer=Shape(1024, depth=4, heads=8, head_dim=64, mlp=1024),
        outer_registers=10,
        name=Shape(256, depth=3, heads=4, head_dim=64, mlp=300),
        clip_width=128,
        head_widths=(4000, 1000),
        shared_trunk=False,
        diagnoses=diagnoses,
        referrals=referrals,
        priorities=priorities,
        grid=Grid(pixel_mm=0.9375, extent_mm=240.0, min_foreground=0.05, position_mm=0.0, patient_axes=True),
    )


def bundled(*, diagnoses: int, referrals: int = 0, priorities: int = 3) -> PrimaConfig:
    """The same network, small enough to be trained on a CPU within the hour."""
    return PrimaConfig(
        tokenizer=VQVAEConfig(
            channels=(16, 48, 96),
            kernels=(4, 4, 4),
            up_kernels=(4, 4, 4),
            residual_layers=0,
            codes=512,
            code_width=16,
        ),
        inner=Shape(TOKEN, depth=2, heads=4, head_dim=32, mlp=384),
        inner_registers=4,
        series_width=128,
        outer=Shape(128, depth=2, heads=4, head_dim=32, mlp=256),
        outer_registers=2,
        name=Shape(64, depth=1, heads=4, head_dim=16, mlp=96),
        clip_width=64,
        head_widths=(128,),
        shared_trunk=True,
        diagnoses=diagnoses,
        referrals=referrals,
        priorities=priorities,
    )


def mean_pooling(c: PrimaConfig) -> PrimaConfig:
    """The same sizes with means in the place of attention: what attention is measured against."""
    return replace(c, pooling="mean")


def config_to_json(c: PrimaConfig) -> dict[str, Any]:
    """The configuration as plain JSON values."""
    return asdict(c)


def config_from_json(data: Mapping[str, Any]) -> PrimaConfig:
    """Build a configuration from parsed JSON; an unknown or missing field is a TypeError or KeyError."""
    values = dict(data)
    tokenizer: dict[str, Any] = {
        k: tuple(v) if isinstance(v, list) else v for k, v in values["tokenizer"].items()
    }
    values["tokenizer"] = VQVAEConfig(**tokenizer)
    for name in ("inner", "outer", "name"):
        values[name] = Shape(**values[name])
    values["grid"] = Grid(**values["grid"])
    values["head_widths"] = tuple(values["head_widths"])
    return PrimaConfig(**values)


class SeriesEncoder(nn.Module):
    """The tokens of one series -> one vector. Sequence: registers, series name, tokens."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        width = c.inner.width
        self.pooling = c.pooling
        self.registers = nn.Parameter(torch.randn(1, c.inner_registers, width) * 0.02)
        self.transformer = Transformer(c.inner, attend=c.pooling == "attention")
        self.norm = nn.LayerNorm(width)
        self.out = nn.Linear(c.inner_registers * width, c.series_width)

    def forward(self, tokens: Tensor, token_mask: Tensor, name: Tensor) -> Tensor:
        """(b, n, 289), (b, n) bool, (b, 289) -> (b, series_width)."""
        readout = gathered(self, *sequence(self, name, tokens, token_mask))
        out: Tensor = self.out(self.norm(readout).flatten(1))
        return out


class StudyEncoder(nn.Module):
    """The vectors of the series -> the study embedding. Sequence: registers, study description, series."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        self.pooling = c.pooling
        self.registers = nn.Parameter(torch.randn(1, c.outer_registers, c.outer.width) * 0.02)
        self.transformer = Transformer(c.outer, attend=c.pooling == "attention")
        self.norm = nn.LayerNorm(c.outer.width)
        self.out = nn.Linear(c.study_width, c.clip_width)

    def forward(self, series: Tensor, series_mask: Tensor, description: Tensor) -> Tensor:
        """(b, s, d), (b, s) bool, (b, d) -> (b, registers * d)."""
        out: Tensor = self.norm(gathered(self, *sequence(self, description, series, series_mask)))
        return out.flatten(1)


def sequence(
    encoder: SeriesEncoder | StudyEncoder, text: Tensor, units: Tensor, mask: Tensor
) -> tuple[Tensor, Tensor | None]:
    """(b, d), (b, n, d), (b, n) -> registers, text, units in one sequence; its mask if any is padding."""
    b, r = len(units), encoder.registers.shape[1]
    x = torch.cat((encoder.registers.expand(b, -1, -1), text[:, None], units), 1)
    return x, None if bool(mask.all()) else torch.cat((mask.new_ones(b, r + 1), mask), 1)


def gathered(
    encoder: SeriesEncoder | StudyEncoder, x: Tensor, present: Tensor | None, blocks: slice = slice(None)
) -> Tensor:
    """(b, r, d): what each register gathers in some blocks, or the mean of all positions beside each."""
    r = encoder.registers.shape[1]
    for block in encoder.transformer.blocks[blocks]:
        x = block(x, present)
    if encoder.pooling == "attention":
        return x[:, :r]
    share = x.new_ones(*x.shape[:2], 1) if present is None else present[..., None].to(x.dtype)
    mean = (x[:, r:] * share[:, r:]).sum(1, keepdim=True) / share[:, r:].sum(1, keepdim=True)
    return x[:, :r] + mean


class Heads(nn.Module):
    """Scores from the study embedding: each diagnosis and referral, then the priorities."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        outs = [c.answers] if c.shared_trunk else [*[1] * (c.diagnoses + c.referrals), c.priorities]
        self.heads = nn.ModuleList(_perceptron(c.study_width, c.head_widths, out) for out in outs)

    def forward(self, study: Tensor) -> Tensor:
        """(b, study_width) -> (b, answers)."""
        return torch.cat([head(study) for head in self.heads], 1)


class Prima(nn.Module):
    """Everything from tokens to scores. The tokenizer stands beside: gradients stop at the tokens."""

    def __init__(self, c: PrimaConfig) -> None:
        super().__init__()
        self.config = c
        self.tokenizer = VQVAE(c.tokenizer)
        self.name_encoder = NameEncoder(c.name, c.inner.width)
        self.description_encoder = NameEncoder(c.name, c.outer.width)
        self.inner = SeriesEncoder(c)
        self.outer = StudyEncoder(c)
        self.heads = Heads(c)

    def encode_series(self, tokens: Tensor, token_mask: Tensor, names: Tensor) -> Tensor:
        """(b, n, 289), (b, n) bool, (b, L) ids -> (b, series_width)."""
        out: Tensor = self.inner(tokens, token_mask, self.name_encoder(names))
        return out

    def encode_study(self, series: Tensor, series_mask: Tensor, description: Tensor) -> Tensor:
        """(b, s, series_width), (b, s) bool, (b, L) ids -> (b, study_width)."""
        out: Tensor = self.outer(series, series_mask, self.description_encoder(description))
        return out

    def series_vectors(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, s, series_width) of whole studies; padded series cost nothing and stay zero."""
        there = tensors["series_mask"]  # (b, s)
        tokens, mask = tensors["tokens"][there], tensors["token_mask"][there]
        names = self.name_encoder(tensors["names"][there])
        groups = _alike(mask)
        found = torch.cat([self.inner(tokens[rows, :n], mask[rows, :n], names[rows]) for rows, n in groups])
        found = found[torch.cat([rows for rows, _ in groups]).argsort()]
        return found.new_zeros(*there.shape, found.shape[-1]).masked_scatter(there[..., None], found)

    def embed(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """The study embedding (b, study_width) of whole studies."""
        series = self.series_vectors(tensors)
        return self.encode_study(series, tensors["series_mask"], tensors["description"])

    def project(self, study: Tensor) -> Tensor:
        """(b, study_width) -> (b, clip_width) of length one: where reports of the same content lie."""
        return nn.functional.normalize(self.outer.out(study), dim=-1)

    def forward(self, tensors: Mapping[str, Tensor]) -> Tensor:
        """(b, answers) scores."""
        out: Tensor = self.heads(self.embed(tensors))
        return out


def position_code(position: Tensor) -> Tensor:
    """(n, 3) positions -> (n, 30) sines and cosines, axis by axis."""
    return sinusoids(position, POSITION_CHANNELS).flatten(1)


def _alike(mask: Tensor) -> list[tuple[Tensor, int]]:
    """Groups of rows of (m, n) with their longest; many rows go by length, so that little is padding."""
    counts = mask.sum(1)
    order = (
        counts.argsort(stable=True) if len(mask) > TOGETHER else torch.arange(len(mask), device=mask.device)
    )
    return [(rows, int(counts[rows].max())) for rows in torch.split(order, TOGETHER)]


def _perceptron(width: int, hidden: tuple[int, ...], out: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for size in hidden:
        layers += [nn.Linear(width, size), nn.ReLU()]
        width = size
    return nn.Sequential(*layers, nn.Linear(width, out))
