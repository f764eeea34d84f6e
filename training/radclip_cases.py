"""Phantoms as RadCLIP learns from them: squared pictures with kinds, split by patient, drawn by class."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from inference.models.radclip_grey import ct_channels, mr_grey
from inference.models.radclip_slices import picked, square_of, squared
from inference.networks.radclip_config import RadCLIPConfig
from inference.progress import Report, silent
from training.phantoms.radclip import KINDS, NORMAL, RadPhantom, picture, volume

SPLITS = ("train", "validation", "test")
FIRST_VOLUME = 1_000_000  # patients who give volumes are other people
_NORMAL_WEIGHT = 3.0  # most pictures show nothing
_MOST_PICTURES = 3


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures (n, image, image, 3) uint8, kinds (n,) and patients (n,)."""

    pixels: NDArray[np.uint8]
    kind: NDArray[np.int64]
    patient: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kind)

    def tensor(self, rows: NDArray[np.int64] | slice = slice(None)) -> Tensor:
        """(rows, image, image, 3) 0..1."""
        return torch.from_numpy(self.pixels[rows]).float() / 255


@dataclass(frozen=True, eq=False)
class Volumes:
    """Volumes (n, slices, image, image, 3) uint8, kinds (n,); which slices show the finding (n, slices)."""

    pixels: NDArray[np.uint8]
    kind: NDArray[np.int64]
    patient: NDArray[np.int64]
    lesion: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.kind)


def split_of(patient: int, seed: int = 0) -> str:
    """Which split a patient is in, for ever: 8 of 10 train, 1 validates, 1 tests."""
    digit = hashlib.sha256(f"{seed}/{patient}".encode()).digest()[0] % 10
    return SPLITS[max(0, digit - 7)]


def grey_of_phantom(case: RadPhantom, config: RadCLIPConfig) -> NDArray[np.uint8]:
    """(slices, image, image, 3) as a study of this phantom would be prepared."""
    values, modality = case.values, case.kind.modality
    if modality == "CT":
        grey = ct_channels(values, config.windows, case.kind.view)
    else:
        flat = mr_grey(values) if modality == "MR" else np.clip(values, 0, 1)
        grey = np.repeat(flat[..., None], 3, axis=-1)
    square = square_of(grey.shape[1:3], (1.0, 1.0), config.image)
    return np.round(squared(grey, square, config.image) * 255).astype(np.uint8)


def pictures(split: str, patients: int, config: RadCLIPConfig, seed: int = 0) -> Pictures:
    """One to three pictures of each patient of a split."""
    rng = np.random.default_rng((seed, 1))
    kinds, counts = _drawn(patients, range(len(KINDS)), rng), rng.integers(1, _MOST_PICTURES + 1, patients)
    own = [p for p in range(patients) if split_of(p, seed) == split]
    rows = [(p, n) for p in own for n in range(counts[p])]
    made = [grey_of_phantom(picture(KINDS[kinds[p]], p, n), config)[0] for p, n in rows]
    patient = np.array([p for p, _ in rows])
    return Pictures(np.stack(made), kinds[patient], patient)


def volumes(
    split: str, patients: int, config: RadCLIPConfig, seed: int = 0, report: Report = silent
) -> Volumes:
    """One volume of each patient of a split; no projections."""
    deep = [n for n, kind in enumerate(KINDS) if not kind.is_flat]
    kinds = _drawn(patients, deep, np.random.default_rng((seed, 2)))
    own = np.array([p for p in range(patients) if split_of(FIRST_VOLUME + p, seed) == split])
    pixels = np.empty((len(own), config.slices, config.image, config.image, 3), np.uint8)
    lesion = np.zeros((len(own), config.slices), bool)
    for row, p in enumerate(own):
        report(row / len(own), f"volume {row + 1} of {len(own)}")
        case = volume(KINDS[kinds[p]], FIRST_VOLUME + p, slices=max(16, config.slices))
        kept = picked(len(case.values), config.slices)
        pixels[row] = grey_of_phantom(case, config)[kept]
        lesion[row] = np.isin(kept, case.lesion)
    return Volumes(pixels, kinds[own], FIRST_VOLUME + own, lesion)


def balanced(kind: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Rows of a batch: a class first, then one of its rows, so that common kinds do not drown rare ones."""
    present = np.unique(kind)
    wanted = present[rng.integers(0, len(present), count)]
    return np.array([rng.choice(np.flatnonzero(kind == k)) for k in wanted])


def varied(pixels: Tensor, generator: torch.Generator) -> Tensor:
    """(n, h, w, 3) 0..1: moved, scaled, turned a little, brighter or darker, noisy; never mirrored."""
    n = len(pixels)
    draw = torch.rand(n, 6, generator=generator) * 2 - 1
    turn, scale = 0.06 * draw[:, 0], torch.exp(0.08 * draw[:, 1])
    cos, sin = torch.cos(turn) * scale, torch.sin(turn) * scale
    theta = torch.stack([cos, -sin, 0.09 * draw[:, 2], sin, cos, 0.09 * draw[:, 3]], 1).view(n, 2, 3)
    planes = pixels.permute(0, 3, 1, 2)
    grid = affine_grid(theta, list(planes.shape), align_corners=False)
    moved = grid_sample(planes, grid, align_corners=False).permute(0, 2, 3, 1)
    bright = torch.exp(0.12 * draw[:, 4])[:, None, None, None]
    noise = 0.02 * (draw[:, 5].abs())[:, None, None, None] * torch.randn(moved.shape, generator=generator)
    return (moved.clamp(1e-4, 1) ** bright + noise).clamp(0, 1)


def _drawn(count: int, kinds: Sequence[int], rng: np.random.Generator) -> NDArray[np.int64]:
    """Kinds of patients; normal ones are the most."""
    weight = np.array([_NORMAL_WEIGHT if KINDS[k].finding == NORMAL else 1.0 for k in kinds])
    return rng.choice(np.array(kinds), count, p=weight / weight.sum())
