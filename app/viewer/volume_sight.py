"""How a volume was seen in 3-D, and from where: what is found again after a restart. Frozen, free of Qt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from app.viewer.camera import LARGEST_ZOOM, SMALLEST_ZOOM, Camera
from app.viewer.clip_plane import ClipPlane
from app.viewer.crop_box import CropBox, Ends
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import preset_from

_STRAIGHT = 1e-3  # how far three kept axes may be from right angles and unit length


@dataclass(frozen=True, eq=False)
class VolumeSight:
    """A look at one display set, and where it is looked at from."""

    look: VolumeLook
    camera: Camera

    def is_like(self, other: VolumeSight) -> bool:
        """Whether both show the same."""
        return self.look == other.look and camera_told(self.camera) == camera_told(other.camera)

    def told(self) -> dict[str, Any]:
        """As it stands in a file."""
        look = self.look
        return {
            "preset": asdict(look.preset),
            "box_lps_mm": [look.box.low_lps_mm, look.box.high_lps_mm] if look.box else None,
            "cropped": look.cropped,
            "clip_lps": [look.clip.point_lps_mm, look.clip.normal_lps] if look.clip else None,
            "camera": camera_told(self.camera),
        }


def camera_told(camera: Camera) -> dict[str, Any]:
    """A camera as plain numbers."""
    return {"axes_lps": camera.axes_lps.tolist(), "zoom": camera.zoom, "pan": list(camera.pan)}


def sight_from(told: Mapping[str, Any]) -> VolumeSight:
    """The sight that `told` names; ValueError, TypeError or KeyError where it cannot be used."""
    box = _box_from(told["box_lps_mm"]) if told["box_lps_mm"] is not None else None
    clip = _clip_from(told["clip_lps"]) if told.get("clip_lps") is not None else None
    look = VolumeLook(preset_from(told["preset"]), box, bool(told["cropped"]) and box is not None, clip)
    return VolumeSight(look, _camera_from(told["camera"]))


def _box_from(told: Any) -> CropBox:
    low, high = (_triple(ends) for ends in told)
    if not all(a < b for a, b in zip(low, high, strict=True)):
        raise ValueError("the sides of a box lie opposite each other")
    return CropBox(low, high)


def _clip_from(told: Any) -> ClipPlane:
    point, normal = (_triple(ends) for ends in told)
    if abs(float(np.linalg.norm(normal)) - 1) > _STRAIGHT:
        raise ValueError("a plane has a direction")
    return ClipPlane(point, normal)


def _camera_from(told: Mapping[str, Any]) -> Camera:
    axes = np.array(told["axes_lps"], float)
    right, up = (float(share) for share in told["pan"])
    zoom = float(told["zoom"])
    if axes.shape != (3, 3) or not np.allclose(axes @ axes.T, np.eye(3), atol=_STRAIGHT):
        raise ValueError("the axes of a camera stand at right angles")
    if not np.isfinite([right, up]).all() or not SMALLEST_ZOOM <= zoom <= LARGEST_ZOOM:
        raise ValueError("nothing can be seen from there")
    return Camera(axes, zoom, (right, up))


def _triple(values: Any) -> Ends:
    x, y, z = (float(value) for value in values)
    if not np.isfinite([x, y, z]).all():
        raise ValueError("a place has three numbers")
    return x, y, z
