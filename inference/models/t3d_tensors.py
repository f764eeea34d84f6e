"""What T3D's network sees of a volume, and what puts its answer back into the patient."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from inference.imaging.volume import Volume
from inference.models.t3d_grid import AIR_HU, BLOCK, Tiling, grey_of, on_grid, tiling_of
from inference.models.t3d_volume import Original
from inference.networks.t3d_config import T3DConfig


def tensors_of(volume: Volume, config: T3DConfig, original: Original | None = None) -> dict[str, Tensor]:
    """Sub-volumes of a volume in HU, the same smeared, and both grids."""
    own = original or Original(volume.shape, volume.affine_lps)
    working = on_grid(volume, config.spacing_mm)
    tiling = tiling_of(working.shape, config.crop)
    grey = grey_of(working.voxels, config.curve)
    smeared = ndimage.gaussian_filter(grey, BLOCK, mode="nearest")
    return {
        "windows": _tiles(tiling, grey)[None],
        "background": _tiles(tiling, smeared)[None],
        "starts": torch.tensor([tiling.starts]),
        "shape": torch.tensor([working.shape]),
        "affine_lps": torch.from_numpy(working.affine_lps)[None],
        "original_shape": torch.tensor([own.shape]),
        "original_affine_lps": torch.from_numpy(own.affine_lps.copy())[None],
    }


def working_grid(tensors: Mapping[str, Tensor]) -> Volume:
    """The working grid, without its voxels."""
    k, j, i = tensors["shape"][0].tolist()
    empty = np.broadcast_to(np.float32(AIR_HU), (k, j, i))
    return Volume(empty, tensors["affine_lps"][0].numpy(), "HU")


def tiling_in(tensors: Mapping[str, Tensor], crop: tuple[int, int, int]) -> Tiling:
    """Where the sub-volumes lie on the working grid."""
    k, j, i = tensors["shape"][0].tolist()
    starts = tuple((a, b, c) for a, b, c in tensors["starts"][0].tolist())
    return Tiling((k, j, i), crop, starts)


def original_grid(tensors: Mapping[str, Tensor]) -> Original:
    """The grid that the volume was scanned on."""
    k, j, i = tensors["original_shape"][0].tolist()
    return Original((k, j, i), tensors["original_affine_lps"][0].numpy())


def _tiles(tiling: Tiling, grid: NDArray[np.float32]) -> Tensor:
    return torch.from_numpy(tiling.crops(grid, 0.0))[:, None]  # 0 is air on every curve
