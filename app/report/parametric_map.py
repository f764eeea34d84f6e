"""Attributions as DICOM parametric maps: 32-bit values on the model's own grid, in the patient."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from app.report.dicom_source import common, described, device, headers_of, keep, making, shortened
from app.report.equipment import Maker
from explain.attribution import Attribution, UnitScores
from inference.errors import ExportError
from inference.imaging.placement import plane_of
from inference.imaging.study import DisplaySet

SERIES_NUMBER = 9200
_LABEL = 16  # characters of a LUT label


def write_parametric_map(
    attribution: Attribution, unit: UnitScores, source: DisplaySet, path: Path, maker: Maker
) -> Path:
    """Write the scores of one series; what the model did not see is not a number in the file too."""
    with making("The map"):
        dataset = parametric_map(attribution, unit, headers_of(source), maker)
    return keep(dataset, path)


def parametric_map(
    attribution: Attribution, unit: UnitScores, headers: list[Dataset], maker: Maker
) -> Dataset:
    """The data set of a map that refers to the pictures of `headers`."""
    from highdicom.pm import ParametricMap

    _refuse_unplaced(unit, headers)
    values = unit.dense
    low, high = _limits(values)
    title = shortened(f"{attribution.method} of {attribution.target.title}")
    dataset = ParametricMap(
        source_images=headers,
        pixel_array=values,
        contains_recognizable_visual_features=False,
        real_world_value_mappings=[_mapping(attribution, low, high)],
        window_center=(low + high) / 2,
        window_width=max(high - low, 1e-6),
        content_label="ATTRIBUTION",
        content_description=title,
        **_grid(unit),
        **common(SERIES_NUMBER, maker=maker),
        **device(),
    )
    for item in dataset.SharedFunctionalGroupsSequence[0].FrameVOILUTSequence:
        item.VOILUTFunction = "LINEAR_EXACT"  # of a window narrower than 1
    dataset.DerivationDescription = shortened(_derivation(attribution, maker), 1000)
    return described(dataset, title)


def _grid(unit: UnitScores) -> dict[str, Any]:
    """Where each slice of the model's grid lies."""
    from highdicom import PixelMeasuresSequence, PlaneOrientationSequence, PlanePositionSequence

    planes = [plane_of(unit.place.affine_lps, k) for k in range(unit.place.shape[0])]
    first = planes[0]
    return {
        "pixel_measures": PixelMeasuresSequence(first.spacing_mm, first.slice_gap_mm, first.slice_gap_mm),
        "plane_orientation": PlaneOrientationSequence("PATIENT", [*first.row_lps, *first.column_lps]),
        "plane_positions": [PlanePositionSequence("PATIENT", plane.position_lps_mm) for plane in planes],
    }


def _mapping(attribution: Attribution, low: float, high: float) -> Any:
    from highdicom.pm import RealWorldValueMapping
    from highdicom.sr import CodedConcept

    return RealWorldValueMapping(
        lut_label=shortened(attribution.method, _LABEL),
        lut_explanation=shortened(f"{attribution.method}, {attribution.unit}"),
        unit=CodedConcept("1", "UCUM", "no units"),
        value_range=(low, high if high > low else low + 1.0),
        slope=1.0,
        intercept=0.0,
    )


def _derivation(attribution: Attribution, maker: Maker) -> str:
    """What made the map, and whether its checks were passed."""
    holds = "evidence holds" if attribution.evidence.holds else "A CHECK FAILED: do not use this map"
    return (
        f"{attribution.method} of {attribution.target.title} by {maker.name} {maker.version}, weights "
        f"{maker.weights_sha256[:16]}, {maker.origin}; {holds}. {attribution.caveat} Not for diagnostic use."
    )


def _limits(values: NDArray[np.float32]) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)


def _refuse_unplaced(unit: UnitScores, headers: list[Dataset]) -> None:
    if unit.place.times_ms is not None or not headers[0].get("FrameOfReferenceUID"):
        raise ExportError(
            f"The map of {unit.place.title} has no place in the patient that DICOM could hold.",
            hint="It is in the folder `maps` and in the pictures.",
        )
