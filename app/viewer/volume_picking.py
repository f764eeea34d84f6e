"""What a point of the screen shows in 3-D: where the ray first meets something that can be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.viewer.camera import Projection
from app.viewer.crop_box import Part
from app.viewer.volume_presets import VolumePreset, value_range
from inference.imaging.volume import Volume

_SEEN = 0.5  # of the light that is lost on the way: there the eye sees a surface
_STEP_SHARE = 0.5  # of the smallest voxel edge


def picked_lps_mm(
    volume: Volume,
    preset: VolumePreset,
    projection: Projection,
    spot: tuple[float, float],
    *,
    crop: Part | None = None,
) -> NDArray[np.float64] | None:
    """(3,) LPS millimetres of what is seen at a screen pixel; None where the ray meets nothing."""
    step_mm = min(volume.spacing_mm) * _STEP_SHARE
    along = np.arange(-projection.radius_mm, projection.radius_mm, step_mm)
    eye = projection.camera.axes_lps[2]
    points = _on_plane(projection, *spot) - along[:, None] * eye  # from the eye into the patient
    index = volume.to_index(points)
    inside = np.all((index >= -0.5) & (index <= np.array(volume.shape) - 0.5), axis=1)
    if crop is not None:
        inside &= crop.contains(points)
    if not inside.any():
        return None
    points, index = points[inside], index[inside]
    values = ndimage.map_coordinates(volume.voxels, index.T, output=np.float64, order=1, mode="nearest")
    found = _first_seen(values, preset, value_range(volume), step_mm)
    return None if found is None else np.asarray(points[found], float)


def _on_plane(projection: Projection, x: float, y: float) -> NDArray[np.float64]:
    """The point of the plane through the middle that lies under a screen pixel."""
    width, height = projection.size
    pan_right, pan_up = projection.camera.pan
    right = (x - width / 2 - pan_right * height) / projection.pixels_per_mm
    up = (height / 2 - y - pan_up * height) / projection.pixels_per_mm
    axes = projection.camera.axes_lps
    point: NDArray[np.float64] = projection.centre_lps_mm + right * axes[0] + up * axes[1]
    return point


def _first_seen(
    values: NDArray[np.float64], preset: VolumePreset, limits: tuple[float, float], step_mm: float
) -> int | None:
    """The place along a ray: of a MIP the brightest, of a MinIP the darkest, of a mean the middle.

    Else where half of the light is lost.
    """
    low, high = limits if preset.scale == "relative" else (0.0, 1.0)
    table = np.array(preset.opacity)
    opacity = np.interp(values, low + table[:, 0] * (high - low), table[:, 1])
    if opacity.max() <= 0:
        return None
    if preset.blend != "composite":
        return {"mip": int(values.argmax()), "minip": int(values.argmin())}.get(
            preset.blend, len(values) // 2
        )
    left = np.cumprod((1 - np.clip(opacity, 0, 0.999)) ** step_mm)  # opacities are meant for a millimetre
    seen = np.flatnonzero(left < _SEEN)
    return int(seen[0]) if len(seen) else int(opacity.argmax())
