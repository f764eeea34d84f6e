"""Sizes and choices of Cardiac, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Pooling = Literal["gated", "uniform", "mean"]
Grid = tuple[int, int, int]


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


def _with_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}
