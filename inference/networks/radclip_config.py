"""Sizes and choices of RadCLIP, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Pooling = Literal["attention", "mean", "max"]
CHANNELS = 3
BEGIN, END = 1, 3  # marks of the bundled word list; `transformers` reads 2 as an old CLIP's mistake


@dataclass(frozen=True)
class Tower:
    """Sizes of one transformer."""

    width: int
    depth: int
    heads: int
    mlp: int


@dataclass(frozen=True)
class RadCLIPConfig:
    """Sizes and choices; the defaults are ViT-L/14, as published.

    projection    width of the space where pictures and words meet
    slices        positions that the adapter knows, and the most slices of a volume that are read
    windows       names of the CT windows that fill the three channels; one name fills all three
    """

    image: int = 224
    patch: int = 14
    vision: Tower = Tower(1024, 24, 16, 4096)
    text: Tower = Tower(768, 12, 12, 3072)
    vocabulary: int = 49408
    positions: int = 77
    begin: int = 49406
    end: int = 49407
    projection: int = 768
    slices: int = 32
    pooling: Pooling = "attention"
    adapter_heads: int = 8
    dropout: float = 0.1
    windows: tuple[str, ...] = ("auto",)

    @property
    def tiles(self) -> int:
        """Patches along one edge of a slice."""
        return self.image // self.patch


def published() -> RadCLIPConfig:
    """ViT-L/14. No slice adapter was ever published: volumes are read by the mean of their slices."""
    return RadCLIPConfig(pooling="mean")


def bundled(vocabulary: int) -> RadCLIPConfig:
    """The same network at a size that one CPU core trains in minutes."""
    return RadCLIPConfig(
        image=64,
        patch=8,
        vision=Tower(128, 4, 4, 512),
        text=Tower(128, 2, 4, 256),
        vocabulary=vocabulary,
        positions=24,
        begin=BEGIN,
        end=END,
        projection=128,
        slices=16,
        adapter_heads=4,
        windows=("soft tissue", "lung", "brain"),
    )


def config_to_json(config: RadCLIPConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return asdict(config)


def config_from_json(data: Mapping[str, Any]) -> RadCLIPConfig:
    """The config of a card; what the card holds beside the network's fields is not its business."""
    values = {name: value for name, value in data.items() if name in RadCLIPConfig.__dataclass_fields__}
    for name in ("vision", "text"):
        values[name] = Tower(**values[name])
    values["windows"] = tuple(values["windows"])
    return RadCLIPConfig(**values)
