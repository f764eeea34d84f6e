"""Sizes and choices of Echo, as plain values."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Pooling = Literal["content", "index", "mean"]
CONTEXT = ("heart_rate_bpm", "surface_m2")  # each as (value brought near 0, 1 where known)


@dataclass(frozen=True)
class Scaling:
    """How the answers of the heads (0..1) become physical values; fitted on training patients only.

    low, high   bounds in the target's unit: 0 and 1 stand for them
    logarithm   True where 0..1 runs evenly in ln(value + 1)
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    logarithm: tuple[bool, ...]


@dataclass(frozen=True)
class EchoConfig:
    """Sizes and choices. `temporal` and `fusion`: attention by content, by index (as published), or means.

    gated     False leaves the mean out of the mixture: attention alone
    view_code a learned vector per view, added to what its frames said
    context   heart rate and body surface are told to the heads
    view_head a line of weights that tells which view a loop shows, for loops without a label
    field_mm  edge of the square that a frame shows; None: the fan fills it, whatever its size
    """

    image: int = 224
    patch: int = 16
    channels: int = 3
    width: int = 768
    depth: int = 12
    heads: int = 12
    mlp: int = 3072
    frames: int = 32
    views: int = 4
    targets: int = 9
    head_widths: tuple[int, int] = (256, 128)
    dropout: float = 0.15
    temporal: Pooling = "content"
    fusion: Pooling = "content"
    gated: bool = True
    view_code: bool = True
    context: bool = True
    view_head: bool = True
    field_mm: float | None = 170.0
    pixel_mean: float = 0.5
    pixel_scale: float = 0.5
    scaling: Scaling = Scaling((), (), ())

    @property
    def answers(self) -> int:
        """How many numbers the network gives: one per target."""
        return self.targets

    @property
    def tiles(self) -> int:
        """Patches along one edge of a frame."""
        return self.image // self.patch


def published() -> EchoConfig:
    """ViT-Base/16 with weights by index, as published (its pixels run from 0 to 1 without normalising)."""
    return EchoConfig(
        temporal="index",
        fusion="index",
        view_code=False,
        context=False,
        view_head=False,
        field_mm=None,
        pixel_mean=0.0,
        pixel_scale=1.0,
    )


def bundled() -> EchoConfig:
    """The same network at a size that two CPU cores train in minutes."""
    return EchoConfig(
        image=64, patch=8, channels=1, width=64, depth=3, heads=2, mlp=192, frames=8, head_widths=(64, 32)
    )


def config_to_json(config: EchoConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return asdict(config)


def config_from_json(data: Mapping[str, Any]) -> EchoConfig:
    """The config of a card; what the card holds beside the network's fields is not its business."""
    names = {field.name for field in dataclasses.fields(EchoConfig)}
    values = {name: value for name, value in data.items() if name in names}
    values["head_widths"] = tuple(values["head_widths"])
    values["scaling"] = Scaling(**{name: tuple(bounds) for name, bounds in values["scaling"].items()})
    return EchoConfig(**values)
