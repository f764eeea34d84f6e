"""A small two-dimensional U-Net: one short-axis picture of the heart in, the left ventricle's cavity out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

ANSWERS = 3  # end-diastolic volume, end-systolic volume, ejection fraction: measured on the masks, not learnt


@dataclass(frozen=True)
class LVUNetConfig:
    """Shape of the network, and of the pictures that it was made for.

    channels  of each level; every level below the first halves the picture
    size      rows and columns of a crop; a multiple of 2 ** (levels - 1)
    pixel_mm  edge of one pixel of a crop
    """

    channels: tuple[int, ...] = (16, 32, 64, 96)
    size: int = 96
    pixel_mm: float = 1.75

    def __post_init__(self) -> None:
        if self.size % self.step:
            raise ValueError(f"a crop of {self.size} pixels cannot be halved {len(self.channels) - 1} times")

    @property
    def step(self) -> int:
        """Rows and columns of a picture are multiples of this."""
        return int(2 ** (len(self.channels) - 1))

    @property
    def answers(self) -> int:
        """How many scores the model gives."""
        return ANSWERS


def config_to_json(c: LVUNetConfig) -> dict[str, Any]:
    """The config as plain JSON values."""
    return {**asdict(c), "channels": list(c.channels)}


def config_from_json(data: Mapping[str, Any]) -> LVUNetConfig:
    """The config that `config_to_json` wrote; what a card holds beside it is not the network's business."""
    known = {name: data[name] for name in LVUNetConfig.__dataclass_fields__ if name in data}
    return LVUNetConfig(**{**known, "channels": tuple(data["channels"])})


class Block(nn.Module):
    """Two convolutions, each followed by batch norm and ReLU."""

    def __init__(self, width_in: int, width_out: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(width_in, width_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(width_out),
            nn.ReLU(),
            nn.Conv2d(width_out, width_out, 3, padding=1, bias=False),
            nn.BatchNorm2d(width_out),
            nn.ReLU(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, width_in, h, w) -> (n, width_out, h, w)."""
        made: Tensor = self.layers(x)
        return made


class LVUNet(nn.Module):
    """Encoder and decoder with skips; logits of "this pixel is left-ventricular cavity"."""

    def __init__(self, config: LVUNetConfig) -> None:
        super().__init__()
        self.config = config
        widths = config.channels
        self.down = nn.ModuleList(Block(a, b) for a, b in pairwise((1, *widths)))
        self.narrow = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.up = nn.ModuleList(Block(2 * a, a) for a in widths[:-1])
        self.out = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, h, w) normalised grey values -> (n, 1, h, w) logits."""
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            if level:
                x = nn.functional.max_pool2d(x, 2)
            x = block(x)
            skips.append(x)
        for level in reversed(range(len(self.up))):
            x = interpolate(self.narrow[level](x), scale_factor=2.0, mode="bilinear", align_corners=False)
            x = self.up[level](torch.cat((skips[level], x), 1))
        logits: Tensor = self.out(x)
        return logits
