"""How a viewport shows a series: as acquired, cut along the patient, as a slab, or in 3-D. Free of Qt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.viewer.look import Plane, Slab
from inference.imaging.study import Triple

STRAIGHT: Triple = (0.0, 0.0, 0.0)
MOST_DEG = 180


class ViewKind(StrEnum):
    """What a viewport makes of a series; the words are those of the protocol files."""

    STACK = "stack"  # the pictures as they were acquired
    LOOP = "loop"  # likewise, of a series that plays
    AXIAL = "axial"
    CORONAL = "coronal"
    SAGITTAL = "sagittal"
    VOLUME = "3-D"

    @property
    def plane(self) -> Plane:
        """The plane that the volume is cut along; as acquired where it is not cut."""
        return Plane(self.value) if self in _CUTS else Plane.NATIVE

    @property
    def needs_volume(self) -> bool:
        """Whether only a regular volume can be shown so."""
        return self in _CUTS or self is ViewKind.VOLUME


_CUTS = (ViewKind.AXIAL, ViewKind.CORONAL, ViewKind.SAGITTAL)


@dataclass(frozen=True)
class Manner:
    """How one viewport shows its series.

    slab_mm     thickness of what is projected or averaged; 0 shows single slices
    preset      of volume rendering, a key of resources/presets/volume.json; empty for the usual one
    turned_deg  how a plane of the patient was turned: a rotation vector about the axes to the left, to the
                back and to the head
    fused       uid of the display set that is laid over it; empty for none
    """

    view: ViewKind = ViewKind.STACK
    slab_mm: float = 0.0
    slab: Slab = Slab.MEAN
    preset: str = ""
    turned_deg: Triple = STRAIGHT
    fused: str = ""

    @property
    def is_plain(self) -> bool:
        """As it was acquired, nothing else."""
        return not self.view.needs_volume and self.slab_mm == 0

    @property
    def words(self) -> str:
        """For the list of protocols."""
        thick = f" {self.slab.value} {self.slab_mm:g} mm" if self.slab_mm else ""
        degrees = math.hypot(*self.turned_deg)
        turned = f" turned by {degrees:.0f}°" if degrees else ""
        return f"{self.view.value}{turned}{thick}{' fused' if self.fused else ''}"

    def told(self) -> dict[str, Any]:
        """What is different from pictures as acquired, as in the protocol files."""
        slab = {"slab_mm": self.slab_mm, "slab": self.slab.value} if self.slab_mm else {}
        preset = {"preset": self.preset} if self.preset else {}
        turned = {"turned_deg": list(self.turned_deg)} if any(self.turned_deg) else {}
        fused = {"over": self.fused} if self.fused else {}
        return {"view": self.view.value, **slab, **preset, **turned, **fused}


AS_ACQUIRED = Manner()


def manner_from(told: Mapping[str, Any]) -> Manner:
    """The manner that `told` names; ValueError or TypeError where there is no such one."""
    return Manner(
        ViewKind(told.get("view") or ViewKind.STACK),
        float(told.get("slab_mm", 0.0)),
        Slab(told.get("slab") or Slab.MEAN),
        str(told.get("preset", "")),
        turned_from(told.get("turned_deg") or STRAIGHT),
        str(told.get("over", "")),
    )


def turned_from(told: Any) -> Triple:
    """A rotation vector in degrees; ValueError or TypeError where it is none."""
    x, y, z = (float(value) for value in told)
    if not all(abs(value) <= MOST_DEG for value in (x, y, z)):  # neither what is not a number
        raise ValueError(f"a plane is turned by at most {MOST_DEG} degrees")
    return x, y, z
