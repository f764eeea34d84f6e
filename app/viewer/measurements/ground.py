"""What a view offers to measure on: which picture it is, where points lie, what they measure by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.viewer.exhibit import Exhibit
from app.viewer.look import Look, Oblique, Plane
from app.viewer.measurements.calibration import CUT, Gauge, gauge_of
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space
from app.viewer.picture_plane import PicturePlane
from app.viewer.turned_planes import stands_for
from inference.imaging.study import DisplaySet, Instance
from inference.imaging.study import Kind as PictureKind
from inference.imaging.ultrasound import Region

Points = NDArray[np.float64]
_OFF_PLANE = 0.5  # of a slice's thickness, from which a point no longer belongs to it
_NEAR = 1.5  # thicknesses of a slice, within which a point of the patient is seen
_THIN_MM = 0.5  # at least this far counts as on the picture, where slices touch


@dataclass(frozen=True, eq=False)
class Ground:
    """A display set as something to measure on.

    position  slice position of a cine stack
    regions   of ultrasound, by SOP instance uid
    by_hand   the scale that the reader has given to pictures that are not placed in the patient
    """

    display_set: DisplaySet
    position: int = 0
    regions: Mapping[str, tuple[Region, ...]] = field(default_factory=dict)
    by_hand: Scale | None = None

    def picture(self, look: Look) -> int:
        """The place in the display set of what is on show; -1 on a cut through the volume."""
        if look.plane is not Plane.NATIVE:
            return -1
        phases = self.display_set.phases if self.display_set.kind is PictureKind.CINE_STACK else 0
        return self.position * phases + look.slice_index

    def site(self, look: Look) -> Site:
        """Which picture is on show."""
        shown, picture, cut = self.display_set, self.picture(look), look.plane
        instance, frame = self._instance(picture) if picture >= 0 else (None, 0)
        return Site(
            shown.study_uid, shown.series_uid, shown.uid, shown.title, shown.frame_of_reference_uid,
            instance.sop_instance_uid if instance else "", frame, picture,
            "" if cut is Plane.NATIVE else stands_for(cut).value,
            (cut.slice_lps, cut.down_lps, cut.across_lps) if isinstance(cut, Oblique) else None,
        )  # fmt: skip

    def scale(self, plane: PicturePlane, look: Look, pixels: Points) -> Scale:
        """What points (n, 2) as (row, column) measure by on the picture on show."""
        if plane.placed and look.plane is not Plane.NATIVE:
            return Scale(CUT)
        if self.by_hand is not None and not plane.placed:
            return self.by_hand
        return self.gauge(look).scale(pixels)

    def gauge(self, look: Look) -> Gauge:
        """What the pixels of the picture on show measure."""
        instance, frame = self._instance(max(self.picture(look), 0))
        return gauge_of(instance, frame, self.regions.get(instance.sop_instance_uid, ()))

    def shows(self, measurement: Measurement, exhibit: Exhibit, look: Look, plane: PicturePlane) -> bool:
        """Whether a measurement lies on the picture on show."""
        site = measurement.site
        if measurement.kind is Kind.POINT and measurement.space is Space.PATIENT:
            return self._is_near(measurement, exhibit, plane)
        if site.display_set_uid != exhibit.display_set_uid:
            return False
        if measurement.space is Space.PICTURE or exhibit.volume is None or not measurement.points:
            return site.picture >= 0 and site.picture == self.picture(look)
        ahead = plane.to_pixels(measurement.array)[:, 2]
        reach = max(plane.thickness_mm * _OFF_PLANE, look.slab_mm / 2, _THIN_MM)
        return bool(plane.placed and np.abs(ahead).max() < reach)

    @staticmethod
    def _is_near(point: Measurement, exhibit: Exhibit, plane: PicturePlane) -> bool:
        """A point is seen on its slice and the ones next to it, in every series of its space."""
        if not plane.placed or not exhibit.is_placed_in(
            point.site.frame_of_reference_uid, point.site.series_uid
        ):
            return False
        ahead_mm = float(np.abs(plane.to_pixels(point.array)[:, 2]).max())
        return ahead_mm <= max(plane.thickness_mm * _NEAR, _THIN_MM)

    def _instance(self, picture: int) -> tuple[Instance, int]:
        instance, frame = self.display_set.frame_index[min(picture, len(self.display_set.frame_index) - 1)]
        return self.display_set.instances[instance], frame


def to_pixels(measurement: Measurement, plane: PicturePlane) -> Points:
    """(n, 2) pixels (row, column) of a measurement on a picture."""
    if measurement.space is Space.PICTURE:
        return measurement.array[:, 1::-1]
    return plane.to_pixels(measurement.array)[:, :2]


def to_space(pixels: Points, plane: PicturePlane) -> tuple[Space, Points]:
    """Pixels (n, 2) as (row, column) -> the space that the picture allows, and (n, 3) points in it."""
    if plane.placed:
        return Space.PATIENT, plane.to_lps_mm(pixels)
    return Space.PICTURE, np.column_stack([pixels[:, 1], pixels[:, 0], np.zeros(len(pixels))])
