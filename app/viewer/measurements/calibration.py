"""By what a picture measures: millimetres of which origin, or pixels and why. Always named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.errors import InvalidDicomError

from app.viewer.measurements.geometry import length
from app.viewer.measurements.measurement import MEASURING, Kind, Measurement, Scale, Space
from inference.imaging.layout import quietly
from inference.imaging.placement import pixel_spacing_of
from inference.imaging.study import DisplaySet, Instance
from inference.imaging.ultrasound import Region, facts_from

Points = NDArray[np.float64]
PLACED, CUT = "PixelSpacing", "volume geometry"
BY_HAND = "calibrated by hand"
NO_SPACING = "pixels: the file gives no spacing"
NO_REGION = "pixels: outside the ultrasound regions"
TWO_REGIONS = "pixels: across two ultrasound regions"
NO_REGION_SCALE = "pixels: this ultrasound region has no scale in cm"
_NOTES = {
    "": PLACED,
    "calibrated": "PixelSpacing, calibrated",
    "mm in projection": "PixelSpacing, in projection",
    "mm at the detector": "ImagerPixelSpacing, at the detector",
    "mm with estimated magnification": "estimated magnification",
    "from the ultrasound region": "ultrasound region",
}
Regions = Mapping[str, tuple[Region, ...]]  # by SOP instance uid


@dataclass(frozen=True)
class Gauge:
    """What the pixels of one picture measure.

    spacing_mm  (between rows, between columns), None where the file gives none
    source      the name of where they come from, or why there are none
    regions     of an ultrasound picture: each point measures by the region that it lies in
    """

    source: str
    spacing_mm: tuple[float, float] | None = None
    regions: tuple[Region, ...] = ()

    def scale(self, pixels: Points) -> Scale:
        """The scale for points (n, 2) as (row, column), which must share a region where there are regions."""
        if not self.regions:
            return Scale(self.source, self.spacing_mm)
        found = [region_at(self.regions, row, column) for row, column in pixels]
        if any(region is None for region in found):
            return Scale(NO_REGION)
        if len({id(region) for region in found}) > 1:
            return Scale(TWO_REGIONS)
        region = found[0] if found else None
        if region is None or region.spacing_mm is None or region.shape != 1:
            return Scale(NO_REGION_SCALE)
        return Scale(_NOTES["from the ultrasound region"], region.spacing_mm)


def region_at(regions: Sequence[Region], row: float, column: float) -> Region | None:
    """The region of a point; the smallest where several overlap."""
    around = [r for r in regions if r.box[0] - 0.5 <= row < r.box[2] - 0.5
              and r.box[1] - 0.5 <= column < r.box[3] - 0.5]  # fmt: skip
    return min(around, key=lambda r: (r.box[2] - r.box[0]) * (r.box[3] - r.box[1]), default=None)


def gauge_of(instance: Instance, frame: int, regions: tuple[Region, ...] = ()) -> Gauge:
    """What the pixels of one picture measure, by its header."""
    spacing = pixel_spacing_of(instance, frame)
    if regions:
        return Gauge(_NOTES["from the ultrasound region"], None, regions)
    if spacing is None:
        return Gauge(NO_SPACING)
    return Gauge(_NOTES.get(instance.spacing_note, instance.spacing_note), spacing)


def given_spacing_mm(calibration: Measurement) -> tuple[float, float] | None:
    """Millimetres per pixel after a line whose length the reader has given; the pixels count as square."""
    try:
        given_mm = float(calibration.text)
    except ValueError:
        return None
    pixels = length(calibration.array[0], calibration.array[1])
    return (given_mm / pixels, given_mm / pixels) if pixels > 0 and given_mm > 0 else None


def hand_scale(measurements: Iterable[Measurement], display_set_uid: str) -> Scale | None:
    """The scale that a reader has given to a series, the newest one; None where nobody has."""
    lines = [m for m in measurements if m.kind is Kind.CALIBRATION]
    own = [m for m in lines if m.site.display_set_uid == display_set_uid]
    spacing = given_spacing_mm(max(own, key=lambda m: m.created)) if own else None
    return None if spacing is None else Scale(BY_HAND, spacing)


def read_regions(display_set: DisplaySet) -> Regions:
    """The regions of every file of an ultrasound series, where readable; called on a pool thread."""
    found = {instance.sop_instance_uid: _regions(instance) for instance in display_set.instances}
    return {uid: regions for uid, regions in found.items() if regions}


def _regions(instance: Instance) -> tuple[Region, ...]:
    try:
        with quietly():
            header = dcmread(instance.path, stop_before_pixels=True, force=True)
            return facts_from(header).regions
    except (OSError, ValueError, EOFError, AttributeError, KeyError, InvalidDicomError):
        return ()


def rescaled(
    measurements: Sequence[Measurement], display_set: DisplaySet, regions: Regions
) -> list[Measurement]:
    """Those measurements of a series, not placed in the patient, whose scale has become another one."""
    by_hand = hand_scale(measurements, display_set.uid)
    own = [m for m in measurements if m.site.display_set_uid == display_set.uid]
    flat = [m for m in own if m.space is Space.PICTURE and m.kind in MEASURING]
    found = [replace(m, scale=by_hand or _own_scale(m, display_set, regions)) for m in flat]
    return [new for new, old in zip(found, flat, strict=True) if new != old]


def _own_scale(measurement: Measurement, display_set: DisplaySet, regions: Regions) -> Scale:
    """By the files alone."""
    index, frame = display_set.frame_index[max(measurement.site.picture, 0)]
    instance = display_set.instances[index]
    gauge = gauge_of(instance, frame, regions.get(instance.sop_instance_uid, ()))
    return gauge.scale(measurement.array[:, 1::-1])
