"""Batches for the left-ventricle segmenter: crops that are turned, scaled, shifted, brightened and noisy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from inference.models.ventricle_grid import BRIGHTEST, NOMINAL_PIXEL_MM, Maps, normalised, sampled
from inference.networks.lv_unet import LVUNetConfig
from training.ventricle_cases import Labelled
from training.ventricle_recipe import Variation


@dataclass(frozen=True, eq=False)
class Pool:
    """All training pictures (n, rows, columns), their masks, and the centres of the cavities (n, 2)."""

    pictures: Tensor
    masks: Tensor
    centres: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.pictures)


def pool_of(cases: Sequence[Labelled]) -> Pool:
    """The pictures of some cases; they share one size."""
    centres = [ndimage.center_of_mass(c.mask) if c.mask.any() else np.array(c.mask.shape) / 2 for c in cases]
    return Pool(
        torch.from_numpy(np.stack([c.picture for c in cases])),
        torch.from_numpy(np.stack([c.mask for c in cases])).float(),
        np.array(centres, float),
    )


def drawn(
    pool: Pool, batch: int, config: LVUNetConfig, v: Variation, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """(batch, 1, size, size) varied grey values, and how much of each pixel is cavity."""
    which = rng.integers(0, len(pool), batch)
    maps = torch.from_numpy(np.stack([_varied_map(pool.centres[n], config, v, rng) for n in which]))
    size = (config.size, config.size)
    truth = sampled(pool.masks[which], maps, size)
    grey = _repainted(normalised(sampled(pool.pictures[which], maps, size)), v, rng)
    return grey[:, None], truth[:, None]


def _varied_map(
    centre: NDArray[np.float64], config: LVUNetConfig, v: Variation, rng: np.random.Generator
) -> Maps:
    """The map of one crop, somewhere around the cavity."""
    angle = np.radians(rng.normal(0, v.turn_deg))
    if rng.random() < v.upend:
        angle += rng.integers(1, 4) * np.pi / 2
    step = config.pixel_mm / NOMINAL_PIXEL_MM * np.exp(np.clip(rng.normal(0, v.scale), -0.4, 0.4))
    matrix = step * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    strays = rng.random() < v.stray
    shift_mm = rng.uniform(-v.far_mm, v.far_mm, 2) if strays else rng.normal(0, v.shift_mm, 2)
    middle = centre + shift_mm / NOMINAL_PIXEL_MM
    return np.column_stack([matrix, middle - matrix @ np.full(2, (config.size - 1) / 2)])


def _repainted(grey: Tensor, v: Variation, rng: np.random.Generator) -> Tensor:
    """(n, h, w) with another contrast curve, brightness, coil and noise."""
    n, size = grey.shape[0], grey.shape[-1]
    across = torch.linspace(-1, 1, size)
    slope = _column(rng.uniform(-v.bias, v.bias, (2, n)))
    bias = 1 + slope[0] * across[None, :, None] + slope[1] * across[None, None, :]
    gamma, gain = _column(np.exp(rng.normal(0, (v.gamma, v.gain), (n, 2)).T))
    spread = _column(rng.uniform(0, v.noise, n))
    noise = torch.from_numpy(rng.standard_normal(grey.shape, np.float32)) * spread
    painted: Tensor = (grey.clamp(min=1e-4) ** gamma * gain * bias + noise).clamp(0.0, BRIGHTEST)
    return painted


def _column(values: NDArray[np.float64]) -> Tensor:
    """(..., n) -> (..., n, 1, 1) float32."""
    return torch.from_numpy(values.astype(np.float32))[..., None, None]
