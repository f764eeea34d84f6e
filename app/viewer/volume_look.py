"""How a volume is looked at in 3-D, apart from where from: what undo brings back. Frozen, free of Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.viewer.clip_plane import ClipPlane, part_of
from app.viewer.crop_box import CropBox, Part
from app.viewer.volume_presets import VolumePreset


@dataclass(frozen=True)
class VolumeLook:
    """Tables of opacity and colour, and the part that is rendered.

    box      as it was left, also while it is off; None for the whole volume
    cropped  whether the box cuts
    clip     a plane that cuts besides
    """

    preset: VolumePreset
    box: CropBox | None = None
    cropped: bool = False
    clip: ClipPlane | None = None

    @property
    def crop(self) -> CropBox | None:
        """The box that cuts; None where nothing is cut away."""
        return self.box if self.cropped else None

    @property
    def part(self) -> Part | None:
        """What is rendered; None for the whole volume."""
        return part_of(self.crop, self.clip)

    def under(self, preset: VolumePreset) -> VolumeLook:
        """The same part under other tables."""
        return replace(self, preset=preset)

    def within(self, box: CropBox | None, *, cropped: bool = True) -> VolumeLook:
        """Another part under the same tables."""
        return replace(self, box=box, cropped=cropped and box is not None)
