"""What a volume view asks its render thread for, and what comes back. Free of VTK."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from app.viewer.camera import Camera
from app.viewer.crop_box import Part
from app.viewer.map_in_space import MapInSpace
from app.viewer.volume_presets import VolumePreset
from inference.imaging.segments import SegmentMap
from inference.imaging.volume import Volume

CPU_VOXELS, GPU_VOXELS = 8_000_000, 200_000_000


class Detail(IntEnum):
    """How fine a picture is: screen pixels per ray, in each direction, where the CPU casts them."""

    MOVING = 4
    SETTLING = 2
    FULL = 1


@dataclass(frozen=True, eq=False)
class VolumeRequest:
    """One picture of the volume."""

    camera: Camera
    preset: VolumePreset
    size: tuple[int, int]  # (width, height) in device pixels
    detail: Detail
    surfaces: tuple[SegmentMap, ...] = ()
    crop: Part | None = None
    explained: MapInSpace | None = None
    volume: Volume | None = None  # another one on the same grid than the scene was made for

    def shows_the_same_as(self, other: VolumeRequest) -> bool:
        """Whether both ask for one picture, however large and fine."""
        same = self.camera is other.camera and self.preset == other.preset and self.crop == other.crop
        same = same and self.volume is other.volume
        return same and self.surfaces == other.surfaces and self.explained is other.explained


@dataclass(frozen=True, eq=False)
class VolumePicture:
    """What was rendered, and how."""

    request: VolumeRequest
    image: QImage
    renderer: str  # "GPU ray casting" or "CPU ray casting"
    resolution: str  # "half resolution"; empty where every voxel is used


def thinned(volume: Volume, most: int) -> tuple[NDArray[np.generic], NDArray[np.float64], tuple[int, ...]]:
    """Voxels of at most `most` by means over blocks, their affine, and the block's (k, j, i) size."""
    factors = [1, 1, 1]
    while np.prod([-(-n // f) for n, f in zip(volume.shape, factors, strict=True)]) > most:
        reach = [s * f for s, f in zip(volume.spacing_mm, factors, strict=True)]
        factors[int(np.argmin(reach))] *= 2  # the finest direction loses least
    if factors == [1, 1, 1]:
        return volume.voxels, volume.affine_lps, (1, 1, 1)
    k, j, i = (n // f for n, f in zip(volume.shape, factors, strict=True))
    fk, fj, fi = factors
    cut = volume.voxels[: k * fk, : j * fj, : i * fi]
    means = cut.reshape(k, fk, j, fj, i, fi).mean(axis=(1, 3, 5), dtype=np.float32)
    affine = volume.affine_lps.copy()
    affine[:3, :3] = volume.affine_lps[:3, :3] * factors
    affine[:3, 3] = volume.to_lps_mm((np.array(factors) - 1) / 2)
    return means.astype(volume.voxels.dtype), affine, (fk, fj, fi)


def resolution_text(factors: tuple[int, ...]) -> str:
    """In words: "" for every voxel, "half resolution", "1/4 resolution"."""
    largest = max(factors)
    return {1: "", 2: "half resolution"}.get(largest, f"1/{largest} resolution")
