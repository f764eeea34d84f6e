"""Between the pictures of a scanner and the crops of the network: there, and back to the same millimetre.

A crop map is (2, 3): (row, column, 1) of a crop -> (row, column) of the picture, both of pixel centres.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

Maps = NDArray[np.float64]
NOMINAL_PIXEL_MM = 1.37  # of pictures without a header
LOW, HIGH = 0.02, 0.98  # quantiles of a crop that become 0 and 1
BRIGHTEST = 1.5
_COARSER = 1.5  # from here on a picture is smoothed before it is sampled


def crop_map(
    centre: tuple[float, float], spacing_mm: tuple[float, float], size: int, pixel_mm: float
) -> Maps:
    """The map of a square crop around `centre` (row, column), aligned with the picture."""
    scale = np.diag(pixel_mm / np.asarray(spacing_mm, float))
    shift = np.asarray(centre, float) - scale @ np.full(2, (size - 1) / 2)
    return np.column_stack([scale, shift])


def inverse_map(crop: Maps) -> Maps:
    """(row, column, 1) of the picture -> (row, column) of the crop."""
    back = np.linalg.inv(crop[:, :2])
    return np.column_stack([back, -back @ crop[:, 2]])


def sampled(pictures: Tensor, maps: Tensor, size: tuple[int, int]) -> Tensor:
    """(n, h, w) pictures at the places of `maps` (n, 2, 3) -> (n, *size), linear; 0 outside the picture."""
    rows, columns = pictures.shape[-2:]
    grid = _grid(maps, size)  # (n, *size, 2) as (row, column)
    scale = grid.new_tensor([2 / max(columns - 1, 1), 2 / max(rows - 1, 1)])
    grid = (grid.flip(-1) * scale - 1).to(pictures.dtype)
    found = torch.nn.functional.grid_sample(
        pictures[:, None], grid, mode="bilinear", padding_mode="zeros", align_corners=True
    )
    return found[:, 0]


def smoothed(
    frames: NDArray[np.float32], spacing_mm: tuple[float, float], pixel_mm: float
) -> NDArray[np.float32]:
    """(..., rows, columns) without the detail that a coarser grid would turn into noise."""
    ratios = pixel_mm / np.asarray(spacing_mm, float)
    sigma = [0.45 * float(r) if r > _COARSER else 0.0 for r in ratios]
    if not any(sigma):
        return frames
    made: NDArray[np.float32] = ndimage.gaussian_filter(frames, (0.0,) * (frames.ndim - 2) + tuple(sigma))
    return made


def normalised(crops: Tensor) -> Tensor:
    """(n, ...) grey values of n slice positions, each from its own quantiles; blank ones stay blank."""
    flat = crops.flatten(1)
    step = math.ceil(flat.shape[1] / 200_000)  # torch counts quantiles of 16 million values at most
    low, high = torch.quantile(flat[:, ::step], flat.new_tensor([LOW, HIGH]), dim=1)
    shape = (-1,) + (1,) * (crops.ndim - 1)
    span = (high - low).clamp(min=1e-6)
    scaled: Tensor = ((crops - low.view(shape)) / span.view(shape)).clamp(0.0, BRIGHTEST)
    return scaled


def motion_centre(frames: NDArray[np.float32], spacing_mm: tuple[float, float]) -> tuple[float, float]:
    """(row, column) around which (positions, phases, rows, columns) beat once per loop.

    The first harmonic over the phases: chest and noise do not have one.
    """
    phases = frames.shape[1]
    wave = np.exp(2j * np.pi * np.arange(phases) / phases).astype(np.complex64)
    beat = np.abs(np.tensordot(frames, wave, (1, 0)))  # (positions, rows, columns)
    level = np.quantile(beat, 0.995, axis=(1, 2), keepdims=True)
    energy = np.minimum(beat, level).sum(0)
    energy = ndimage.gaussian_filter(energy, [4.0 / s for s in spacing_mm])
    energy = np.clip(energy - np.quantile(energy, 0.9), 0, None) ** 2
    centre = np.array(ndimage.center_of_mass(energy)) if energy.any() else np.array(energy.shape) / 2
    places = np.moveaxis(np.indices(energy.shape), 0, -1)
    for _ in range(10):  # towards the densest 60 mm
        near = np.exp(-(((places - centre) * spacing_mm / 40.0) ** 2).sum(-1) / 2) * energy
        if not near.any():
            break
        centre = (places * near[..., None]).sum((0, 1)) / near.sum()
    return float(centre[0]), float(centre[1])


def _grid(maps: Tensor, size: tuple[int, int]) -> Tensor:
    rows = torch.arange(size[0], dtype=maps.dtype, device=maps.device)
    columns = torch.arange(size[1], dtype=maps.dtype, device=maps.device)
    places = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1)  # (*size, 2)
    turned = torch.einsum("nab,rcb->nrca", maps[:, :, :2], places)
    return turned + maps[:, None, None, :, 2]
