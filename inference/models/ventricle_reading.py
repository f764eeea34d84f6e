"""What the segmenter read from a heartbeat: outlines, the volume of the cavity through time, and its pump."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.imaging.contours import outlines
from inference.models.ventricle_geometry import SliceGeometry

Line = NDArray[np.float64]  # (n, 3) LPS millimetres, closed


@dataclass(frozen=True, eq=False)
class VolumeCurve:
    """Volume of the cavity in each phase; `diastole` and `systole` are the phases of its ends."""

    times_ms: NDArray[np.float64]
    volume_ml: NDArray[np.float64]
    diastole: int
    systole: int


@dataclass(frozen=True, eq=False)
class VentricleReading:
    """Everything measured on one stack.

    masks     (positions, phases, rows, columns) bool on the scanner's own pixels
    contours  [position][phase] -> closed lines in the patient
    curve     slice areas times the slab that each slice stands for, summed
    caveat    the line that goes with every number
    """

    masks: NDArray[np.bool_]
    geometry: SliceGeometry
    contours: tuple[tuple[tuple[Line, ...], ...], ...]
    curve: VolumeCurve
    warnings: tuple[str, ...] = ()
    caveat: str = ""

    @property
    def edv_ml(self) -> float:
        """End-diastolic volume: the largest."""
        return float(self.curve.volume_ml[self.curve.diastole])

    @property
    def esv_ml(self) -> float:
        """End-systolic volume: the smallest."""
        return float(self.curve.volume_ml[self.curve.systole])

    @property
    def stroke_volume_ml(self) -> float:
        """What one beat moves."""
        return self.edv_ml - self.esv_ml

    @property
    def ef_percent(self) -> float:
        """Ejection fraction; NaN where there is no cavity."""
        return 100 * self.stroke_volume_ml / self.edv_ml if self.edv_ml > 0 else float("nan")


def measured(
    masks: NDArray[np.bool_], geometry: SliceGeometry, *, warnings: tuple[str, ...] = (), caveat: str = ""
) -> VentricleReading:
    """The reading of some masks, such as those that a reader has corrected."""
    return VentricleReading(
        masks=masks,
        geometry=geometry,
        contours=tuple(
            tuple(tuple(geometry.to_lps_mm(n, line) for line in outlines(mask)) for mask in loop)
            for n, loop in enumerate(masks)
        ),
        curve=volume_curve(masks, geometry),
        warnings=warnings,
        caveat=caveat,
    )


def volume_curve(masks: NDArray[np.bool_], geometry: SliceGeometry) -> VolumeCurve:
    """Volumes by summation over the slices; end-diastole is the largest, end-systole the smallest."""
    volume_ml = geometry.pixels_ml @ masks.sum(axis=(2, 3))
    return VolumeCurve(geometry.times_ms, volume_ml, int(np.argmax(volume_ml)), int(np.argmin(volume_ml)))
