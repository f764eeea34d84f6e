"""A second volume to be seen through the plane of a picture: where it lies, and how it is drawn. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.viewer.colour_maps import GREY
from app.viewer.exhibit import Exhibit
from app.viewer.look import Slab
from app.viewer.picture_plane import PicturePlane
from app.viewer.window_presets import default_window
from inference.imaging.intensity import presets
from inference.imaging.study import Window
from inference.imaging.volume import Volume

Matrix = NDArray[np.float64]
Values = NDArray[np.float32]

_MOST_SAMPLES = 160_000  # per picture: a few milliseconds
_MOST_LAYERS = 9  # of a thick slab
_OVERSAMPLED = 1.5  # samples per voxel of the fused volume, where the picture is finer
EMISSION = ("PT", "NM")


@dataclass(frozen=True)
class FusionLook:
    """How a fused volume is drawn: one opacity, a window of its own, nothing at and below its low end."""

    window: Window = field(default_factory=lambda: Window(0.0, 1.0))
    colours: str = GREY
    opacity: float = 0.5
    shown: bool = True
    inverted: bool = False


@dataclass(frozen=True, eq=False)
class Fused:
    """A volume laid over another series.

    other_from_shown_lps  (4, 4) LPS of the picture -> LPS of the fused volume
    placed_by             in words: how it is known where the one lies in the other
    """

    exhibit: Exhibit
    other_from_shown_lps: Matrix
    title: str
    placed_by: str

    @property
    def volume(self) -> Volume:
        """Its voxels."""
        assert self.exhibit.volume is not None
        return self.exhibit.volume

    @property
    def unit(self) -> str:
        """The unit of its values."""
        return self.exhibit.unit


def first_look(exhibit: Exhibit) -> FusionLook:
    """Emission in hot iron on its usual window; anything else through its own window."""
    if exhibit.modality in EMISSION:
        usual = presets(exhibit.modality) if exhibit.unit.startswith("SUV") else ()
        return FusionLook(usual[0] if usual else default_window(exhibit), "Hot iron")
    return FusionLook(default_window(exhibit), "Hot metal blue", inverted=exhibit.inverted)


def sampled(fused: Fused, plane: PicturePlane, slab_mm: float, slab: Slab) -> tuple[Values, int]:
    """(rows, columns) values in a picture's plane, NaN beside the volume; each so many pixels large.

    Linear between voxels. A slab of the picture is a slab of the fused volume too.
    """
    finest_mm = min(fused.volume.spacing_mm)
    layers = min(_MOST_LAYERS, max(1, round(slab_mm / finest_mm)))
    times = max(1, int(finest_mm / (_OVERSAMPLED * max(plane.spacing_mm))))
    times = max(times, int(np.ceil(np.sqrt(plane.shape[0] * plane.shape[1] * layers / _MOST_SAMPLES))))
    rows, columns = (-(-size // times) for size in plane.shape)
    gap_mm = slab_mm / layers
    grid = np.eye(4)
    grid[:3, 0] = plane.normal_lps * gap_mm
    grid[:3, 1], grid[:3, 2] = plane.down_lps_mm * times, plane.across_lps_mm * times
    first = np.array([(times - 1) / 2, (times - 1) / 2])
    grid[:3, 3] = plane.to_lps_mm(first) - plane.normal_lps * gap_mm * (layers - 1) / 2
    to_voxel = np.linalg.inv(fused.volume.affine_lps) @ fused.other_from_shown_lps @ grid
    return _flat(_resampled(fused.volume, to_voxel, (layers, rows, columns)), slab), times


def value_at(fused: Fused, point_lps_mm: NDArray[np.float64]) -> float | None:
    """The value at a point of the picture's space; None beside the volume."""
    there = fused.other_from_shown_lps[:3, :3] @ point_lps_mm + fused.other_from_shown_lps[:3, 3]
    index = fused.volume.to_index(there)
    if np.any(index < -0.5) or np.any(index > np.array(fused.volume.shape) - 0.5):
        return None
    found = ndimage.map_coordinates(
        fused.volume.voxels, index[:, None], output=np.float32, order=1, mode="nearest"
    )
    return float(found[0])


def _resampled(volume: Volume, to_voxel: Matrix, shape: tuple[int, int, int]) -> Values:
    values: Values = ndimage.affine_transform(
        volume.voxels,
        to_voxel[:3, :3],
        offset=to_voxel[:3, 3],
        output_shape=shape,
        output=np.float32,
        order=1,
        mode="nearest",
    )
    steps = np.ogrid[tuple(slice(0, n) for n in shape)]
    for axis, size in enumerate(volume.shape):
        index = to_voxel[axis, 3] + sum(to_voxel[axis, n] * steps[n] for n in range(3))
        values[(index < -0.5) | (index > size - 0.5)] = np.nan
    return values


def _flat(values: Values, slab: Slab) -> Values:
    """A slab as one picture; where a part of it lies beside the volume, the rest counts."""
    if len(values) == 1:
        single: Values = values[0]
        return single
    if slab is not Slab.MEAN:
        reduce = np.fmax.reduce if slab is Slab.MAXIMUM else np.fmin.reduce
        projected: Values = reduce(values, axis=0)
        return projected
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0).sum(axis=0)
    mean: Values = np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)
    return mean
