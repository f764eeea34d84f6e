"""The square around the heart that the ventricle's network sees, and back from it to the picture."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.models.ventricle_grid import (
    Maps,
    inverse_map,
    normalised,
    sampled,
)
from inference.networks.lv_unet import LVUNetConfig

Window = tuple[int, int, int, int]  # rows from and to, columns from and to


def crops_of(frames: Tensor, crop: Maps, config: LVUNetConfig) -> Tensor:
    """(positions, phases, rows, columns) -> (positions, phases, size, size), normalised slice by slice."""
    maps = torch.from_numpy(crop).expand(frames.shape[0] * frames.shape[1], -1, -1)
    size = (config.size, config.size)
    return normalised(sampled(frames.flatten(0, 1), maps, size).reshape(*frames.shape[:2], *size))


def window_of(crop: Maps, size: int, shape: tuple[int, int]) -> Window:
    """The smallest part of a picture that holds the crop."""
    corners = np.array([[0, 0, 1], [0, size - 1, 1], [size - 1, 0, 1], [size - 1, size - 1, 1]]) @ crop.T
    low = np.clip(np.floor(corners.min(0)).astype(int), 0, shape)
    high = np.clip(np.ceil(corners.max(0)).astype(int) + 1, 0, shape)
    return int(low[0]), int(high[0]), int(low[1]), int(high[1])


def on_picture(crops: Tensor, crop: Maps, window: Window) -> NDArray[np.float32]:
    """(positions, phases, size, size) -> the same values on the pixels of `window`."""
    back = inverse_map(crop)
    back[:, 2] += back[:, :2] @ (window[0], window[2])
    size = (window[1] - window[0], window[3] - window[2])
    maps = torch.from_numpy(back).expand(crops.shape[0] * crops.shape[1], -1, -1)
    found: NDArray[np.float32] = sampled(crops.flatten(0, 1), maps, size).numpy()
    return found.reshape(*crops.shape[:2], *size)


def centre_of(found: Tensor, crop: Maps) -> tuple[float, float] | None:
    """(row, column) of the picture in the middle of what is probably cavity."""
    weight = torch.where(found > 0.5, found, 0.0).sum((0, 1)).double().numpy()
    if not weight.any():
        return None
    rows, columns = np.indices(weight.shape)
    middle = np.array([(weight * rows).sum(), (weight * columns).sum()]) / weight.sum()
    row, column = crop @ (*middle, 1.0)
    return float(row), float(column)
