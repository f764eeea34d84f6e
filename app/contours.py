"""Closed contours of a cavity, by slice position and phase, as a model drew them or a person changed them.

Frozen values and pure functions, free of Qt. What a person changed stands beside what the model said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from inference.models.ventricle_reading import VentricleReading, VolumeCurve
from inference.prediction import Finding, Prediction, findings_from_scores

CONTROLS = 12  # points by which a contour is drawn
_SAMPLES = 8  # of the smooth curve between two of them

Points = NDArray[np.float64]


@dataclass(frozen=True, order=True)
class ContourKey:
    """Which picture a contour belongs to: display set, slice position in it, phase."""

    display_set_uid: str
    position: int
    phase: int


@dataclass(frozen=True, eq=False)
class Contour:
    """One closed line in a person's hand: the smooth curve through its control points (n, 3) in LPS mm."""

    key: ContourKey
    controls_lps_mm: Points

    @property
    def line_lps_mm(self) -> Points:
        """(m, 3) points of the curve; the first is not repeated."""
        return smooth_closed(self.controls_lps_mm)

    def moved(self, control: int, to_lps_mm: Points) -> Contour:
        """The contour with one control point somewhere else."""
        controls = self.controls_lps_mm.copy()
        controls[control] = to_lps_mm
        return Contour(self.key, controls)


Edits = Mapping[ContourKey, Contour]


@dataclass(frozen=True, eq=False)
class Outlines:
    """What the model outlined in one study, without its masks.

    sources    (display set uid, position in it) of each slice
    lines      [slice][phase] -> closed lines (n, 3) in LPS mm
    areas_mm2  (slices, phases) as the model's pixels count them
    slabs_mm   (slices,) of the long axis that each slice stands for
    times_ms   (phases,)
    """

    study_uid: str
    model_key: str
    sources: tuple[tuple[str, int], ...]
    lines: tuple[tuple[tuple[Points, ...], ...], ...]
    areas_mm2: NDArray[np.float64]
    slabs_mm: NDArray[np.float64]
    times_ms: NDArray[np.float64]
    caveat: str = ""

    @property
    def cycle_ms(self) -> float:
        """From the first phase to where the next beat begins."""
        step = float(np.median(np.diff(self.times_ms))) if len(self.times_ms) > 1 else 1.0
        return float(self.times_ms[-1] - self.times_ms[0]) + step

    def holds(self, key: ContourKey) -> bool:
        """Whether a picture is one of those that the model looked at."""
        return (key.display_set_uid, key.position) in self.sources and 0 <= key.phase < len(self.times_ms)

    def lines_of(self, key: ContourKey) -> tuple[Points, ...]:
        """What the model drew on one picture; nothing where it saw no cavity."""
        if not self.holds(key):
            return ()
        return self.lines[self.sources.index((key.display_set_uid, key.position))][key.phase]

    def curve(self, edits: Edits) -> VolumeCurve:
        """Volumes by summation over the slices, with the areas of edited contours in place of the model's."""
        areas = self.areas_mm2.copy()
        for key, contour in edits.items():
            if self.holds(key):
                slice_number = self.sources.index((key.display_set_uid, key.position))
                areas[slice_number, key.phase] = area_mm2(contour.line_lps_mm)
        volume_ml = self.slabs_mm @ areas / 1000
        return VolumeCurve(self.times_ms, volume_ml, int(volume_ml.argmax()), int(volume_ml.argmin()))


@dataclass(frozen=True)
class EditedVolumes:
    """Volumes with contours that a reader changed in the place of the model's, which stand for the rest."""

    edv_ml: float
    esv_ml: float
    contours: int  # that the reader changed
    pictures: int  # that hold a contour at all

    @property
    def ef_percent(self) -> float:
        """Ejection fraction; NaN without a cavity."""
        return 100 * (self.edv_ml - self.esv_ml) / self.edv_ml if self.edv_ml > 0 else float("nan")

    @property
    def origin(self) -> str:
        """Who drew what was counted."""
        return f"edited by reader: {self.contours} of {self.pictures} contours, the others by the model"


def edited_findings(prediction: Prediction, volumes: EditedVolumes | None) -> tuple[Finding, ...]:
    """The measures of a ventricle model with the reader's contours; each says that it was edited."""
    values = {} if volumes is None else {
        "lvedv": volumes.edv_ml, "lvesv": volumes.esv_ml, "lvef": volumes.ef_percent
    }  # fmt: skip
    targets = prediction.card.targets
    if volumes is None or [t.name for t in targets] != [*values]:
        return ()
    found = findings_from_scores(prediction.card, [values[t.name] for t in targets])
    return tuple(replace(finding, reason=volumes.origin) for finding in found)


def edited_volumes(outlines: Outlines, edits: Edits) -> EditedVolumes | None:
    """What the reader's contours make of the volumes; None where the reader changed none of this study."""
    mine = {key: contour for key, contour in edits.items() if outlines.holds(key)}
    if not mine:
        return None
    curve = outlines.curve(mine)
    drawn = int((outlines.areas_mm2 > 0).sum())
    extra = sum(not outlines.lines_of(key) for key in mine)
    return EditedVolumes(
        float(curve.volume_ml[curve.diastole]),
        float(curve.volume_ml[curve.systole]),
        len(mine),
        drawn + extra,
    )


def outlines_of(reading: VentricleReading, study_uid: str, model_key: str) -> Outlines:
    """The contours of a reading, with the areas that its masks count."""
    geometry = reading.geometry
    rows, columns = geometry.spacing_mm
    areas = reading.masks.sum(axis=(2, 3)) * rows * columns
    return Outlines(
        study_uid, model_key, geometry.sources, reading.contours, areas, geometry.slabs_mm,
        geometry.times_ms, reading.caveat,
    )  # fmt: skip


def editable(key: ContourKey, lines: tuple[Points, ...]) -> Contour | None:
    """The longest of the model's lines as a contour that a person can take in hand."""
    if not lines:
        return None
    return Contour(key, spread(max(lines, key=len), CONTROLS))


def spread(line: Points, count: int) -> Points:
    """(count, 3) points at equal distances along a closed line, smoothed over their own stretch."""
    closed = np.vstack([line, line[:1]])
    along = np.r_[0.0, np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))]
    fine = np.linspace(0, along[-1], count * _SAMPLES, endpoint=False)
    points = np.stack([np.interp(fine, along, closed[:, axis]) for axis in range(3)], axis=1)
    window = np.hanning(_SAMPLES + 2)[1:-1] / np.hanning(_SAMPLES + 2)[1:-1].sum()
    wrapped = np.vstack([points[-_SAMPLES:], points, points[:_SAMPLES]])  # the steps of pixels are no shape
    smooth = np.stack([np.convolve(wrapped[:, axis], window, "same") for axis in range(3)], axis=1)
    return smooth[_SAMPLES:-_SAMPLES][::_SAMPLES]


def smooth_closed(controls: Points) -> Points:
    """(m, 3) points of the closed cubic curve through the control points."""
    count = len(controls)
    if count < 3:
        return controls
    spline = CubicSpline(np.arange(count + 1), np.vstack([controls, controls[:1]]), bc_type="periodic")
    curve: Points = spline(np.arange(count * _SAMPLES) / _SAMPLES)
    return curve


def area_mm2(line: Points) -> float:
    """Area inside a closed flat line in space."""
    offsets = line - line.mean(axis=0)
    return float(np.linalg.norm(np.cross(offsets, np.roll(offsets, -1, axis=0)).sum(axis=0)) / 2)
