"""The same patient on another grid: every value stays at its millimetres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.imaging.volume import Volume

_DEGREES: Mapping[str, Literal[0, 1, 3]] = {"nearest": 0, "linear": 1, "cubic": 3}
_ROUNDING = 1e-6  # voxels; how far outside the outermost half voxel rounding may carry a sample


def resample(
    volume: Volume,
    shape: tuple[int, int, int],
    affine_lps: NDArray[Any],
    *,
    order: str = "linear",
    outside: float = 0.0,
) -> Volume:
    """The volume on the grid (shape, affine_lps). Nearest keeps the type, the others give 32-bit floats.

    A voxel reaches half a step around its centre; what lies beyond all of them becomes `outside`.
    """
    import SimpleITK  # a quarter of a second that most readers of this module never need

    index_map = _index_map(volume, affine_lps)
    voxels = volume.voxels if order == "nearest" else volume.voxels.astype(np.float32, copy=False)
    kinds = {
        "nearest": SimpleITK.sitkNearestNeighbor,
        "linear": SimpleITK.sitkLinear,
        "cubic": SimpleITK.sitkBSpline,
    }
    transform = SimpleITK.AffineTransform(
        3
    )  # in voxel indices, so that tilted and sheared grids need no special case
    transform.SetMatrix(index_map[:3, :3][::-1, ::-1].reshape(-1).tolist())
    transform.SetTranslation(index_map[:3, 3][::-1].tolist())
    method = SimpleITK.ResampleImageFilter()
    method.SetSize([int(n) for n in shape[::-1]])
    method.SetTransform(transform)
    method.SetInterpolator(kinds[order])
    method.SetDefaultPixelValue(float(outside))
    image = SimpleITK.GetImageFromArray(_plain(voxels))
    found = SimpleITK.GetArrayFromImage(method.Execute(image)).astype(voxels.dtype, copy=False)
    return replace(volume, voxels=found, affine_lps=np.asarray(affine_lps, float))


def slice_at(
    volume: Volume,
    shape: tuple[int, int],
    affine_lps: NDArray[Any],
    *,
    order: str = "linear",
    outside: float = 0.0,
) -> NDArray[Any]:
    """(rows, columns) of the plane that `affine_lps` places as a one-slice volume; for oblique views.

    It reads only the voxels that the plane touches and copies no volume.
    """
    index_map = _index_map(volume, affine_lps)
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    plane = np.stack([np.zeros_like(rows), rows, columns], axis=-1)  # (rows, columns, 3)
    index = plane @ index_map[:3, :3].T + index_map[:3, 3]
    degree = _DEGREES[order]
    picture = np.empty(shape, volume.voxels.dtype if degree == 0 else np.float32)
    ndimage.map_coordinates(volume.voxels, index.transpose(2, 0, 1), picture, order=degree, mode="nearest")
    inside = ((index >= -0.5 - _ROUNDING) & (index <= np.array(volume.shape) - 0.5 + _ROUNDING)).all(axis=-1)
    picture[~inside] = outside
    return picture


def isotropic_grid(volume: Volume, spacing_mm: float) -> tuple[tuple[int, int, int], NDArray[np.float64]]:
    """Shape and affine of the grid with the same axes and extent, and one spacing along all of them."""
    factor = spacing_mm / np.asarray(volume.spacing_mm)
    slices, rows, columns = (max(1, round(n / f)) for n, f in zip(volume.shape, factor, strict=True))
    affine = volume.affine_lps.copy()
    affine[:3, :3] *= factor
    affine[:3, 3] = volume.to_lps_mm((factor - 1) / 2)  # the outer faces of the first voxels coincide
    return (slices, rows, columns), affine


def _index_map(volume: Volume, affine_lps: NDArray[Any]) -> NDArray[np.float64]:
    """(4, 4) index on the new grid -> index in the volume."""
    index_map: NDArray[np.float64] = np.linalg.inv(volume.affine_lps) @ np.asarray(affine_lps, float)
    return index_map


def _plain(voxels: NDArray[Any]) -> NDArray[Any]:
    """A type that the toolkit knows."""
    known = voxels.astype(np.uint8) if voxels.dtype == np.bool_ else voxels
    return known.astype(np.float32) if known.dtype == np.float16 else known
