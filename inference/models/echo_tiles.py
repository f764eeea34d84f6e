"""Tiles of frames as elements: which of them hold tissue, and which pixels and masks they stand for."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inference.networks.echo_config import EchoConfig
from inference.place import Place


def tiles_of(sector: NDArray[np.bool_], config: EchoConfig) -> NDArray[np.bool_]:
    """(tiles, tiles) which of them hold any of the sector (image, image)."""
    n, p = config.tiles, config.patch
    return np.asarray(sector[: n * p, : n * p].reshape(n, p, n, p).any(axis=(1, 3)))


def labels_of(place: Place, first: int, config: EchoConfig) -> Tensor:
    """(moments, image, image) label of the tile that each pixel is in, from `first` on; -1 for none."""
    size, patch, tiled = config.image, config.patch, config.tiles * config.patch
    grid = torch.full(place.shape, -1, dtype=torch.int64)
    grid[tuple(torch.from_numpy(place.index).T)] = first + torch.arange(len(place))
    whole = torch.full((len(grid), size, size), -1, dtype=torch.int64)
    whole[:, :tiled, :tiled] = grid.repeat_interleave(patch, 1).repeat_interleave(patch, 2)
    return whole


def shown_tiles(place: Place, keep: Tensor) -> Tensor:
    """(rows, moments, tiles) which tiles are shown where the elements of `keep` (rows, elements) are.

    The margins of the sector, which are no elements, are shown while anything of their frame is.
    """
    index = tuple(torch.from_numpy(place.index).to(keep.device).T)
    inside = torch.zeros(place.shape, dtype=torch.bool, device=keep.device)
    inside[index] = True
    shown = torch.zeros(len(keep), *place.shape, dtype=torch.bool, device=keep.device)
    shown[:, *index] = keep
    margins = shown.flatten(2).any(-1)[..., None, None] & ~inside
    return (shown | margins).flatten(2)
