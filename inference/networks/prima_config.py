"""Sizes and choices of Prima, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from inference.networks.attention import Shape
from inference.networks.vqvae import VQVAEConfig

PATCH = (4, 32, 32)  # voxels of a token; the thin axis, first, is doubled before the tokenizer
LATENT = 256
POSITION_CHANNELS = 10  # per axis
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
