"""How a volume is rendered in 3-D: tables of opacity and colour, kept as data in resources/presets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal, get_args

import numpy as np

import resources
from inference.imaging.volume import Volume

Points = tuple[tuple[float, ...], ...]
Blend = Literal["composite", "mip", "minip", "average"]


@dataclass(frozen=True)
class VolumePreset:
    """One way to render.

    modality  that it is meant for; empty for any
    scale     "absolute": values of the volume's unit; "relative": 0..1 between low and high percentiles
    opacity   (value, opacity) points; colour (value, red, green, blue)
    blend     of the values along a ray: seen through one another, the highest, the lowest, their mean
    own       the reader made it
    """

    key: str
    title: str
    modality: str
    scale: Literal["absolute", "relative"]
    blend: Blend
    shade: bool
    opacity: Points
    colour: Points
    ambient: float
    diffuse: float
    specular: float
    own: bool = False


@lru_cache(maxsize=1)
def volume_presets() -> tuple[VolumePreset, ...]:
    """All presets, in the order of the menu."""
    rows: list[dict[str, Any]] = json.loads(resources.path("presets/volume.json").read_text("utf-8"))
    return tuple(preset_from(row) for row in rows)


def preset_from(row: dict[str, Any]) -> VolumePreset:
    """A preset from what stands in a file; ValueError or TypeError where that cannot be used."""
    preset = VolumePreset(**{**row, "opacity": _points(row["opacity"]), "colour": _points(row["colour"])})
    if preset.scale not in ("absolute", "relative") or preset.blend not in get_args(Blend):
        raise ValueError(f"{preset.scale} and {preset.blend} are no way to render")
    for table, width in ((preset.opacity, 2), (preset.colour, 4)):
        rising = np.array(table, float)
        if rising.ndim != 2 or rising.shape[0] < 2 or rising.shape[1] != width:
            raise ValueError("a table has at least two rows of a value and what belongs to it")
        if not np.isfinite(rising).all() or np.any(np.diff(rising[:, 0]) <= 0):
            raise ValueError("the values of a table rise")
        if np.any(rising[:, 1:] < 0) or np.any(rising[:, 1:] > 1):
            raise ValueError("opacities and colours lie between 0 and 1")
    return preset


def _points(rows: list[list[float]]) -> Points:
    return tuple(tuple(row) for row in rows)


def presets_for(modality: str) -> tuple[VolumePreset, ...]:
    """Those that make sense for a modality, best first. Absolute ones need a unit that is known."""
    fitting = [p for p in volume_presets() if modality and p.modality == modality]
    general = [p for p in volume_presets() if not p.modality]
    relative = [p for p in volume_presets() if p.scale == "relative" and p.modality and p not in fitting]
    return tuple([*fitting, *general] if fitting else [*relative, *general])


def preset_called(key: str) -> VolumePreset:
    """The preset with this key; ValueError if there is none."""
    for preset in volume_presets():
        if preset.key == key:
            return preset
    raise ValueError(f"no preset {key!r}")


def more_opaque(preset: VolumePreset, factor: float) -> VolumePreset:
    """The same colours under other opacities, each at most 1."""
    scaled = tuple((value, min(1.0, alpha * factor)) for value, alpha in preset.opacity)
    return replace(preset, opacity=scaled)


def original_of(preset: VolumePreset, offered: Sequence[VolumePreset]) -> VolumePreset:
    """The preset as it was before it was changed; itself where that is not known."""
    return next((p for p in offered if p.key == preset.key), preset)


def value_range(volume: Volume) -> tuple[float, float]:
    """What 0 and 1 of a relative preset mean for these voxels: air, and the brightest half per cent."""
    thin = volume.voxels[tuple(slice(None, None, max(1, n // 96)) for n in volume.shape)]
    low, high = (float(x) for x in np.percentile(thin, (2, 99.5)))
    return low, max(high, low + 1e-6)
