"""What a reader measured as groups of a structured report, with its points on the picture or in space."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from app.report.dicom_source import shortened
from app.viewer.measurements.measurement import Kind, Measurement, Space
from app.viewer.measurements.results import Result, results, title

OWN = "99NEGATOSCOPE"
_UNITS = {
    "%": "%", "mmHg": "mm[Hg]", "L/min": "L/min", "mL": "mL", "ml": "mL", "mm": "mm", "cm": "cm",
    "mm²": "mm2", "cm²": "cm2", "°": "deg", "HU": "[hnsf'U]", "px": "{pixels}", "px²": "{square pixels}",
}  # fmt: skip
_CODE = 16  # characters of a code value
_CLOSED = (Kind.FREEHAND, Kind.RECTANGLE)


def measured_group(measurement: Measurement, evidence: list[Dataset]) -> Any | None:
    """One group; None for a mark without numbers, or where its picture is not among the evidence."""
    from highdicom import UID
    from highdicom.sr import MeasurementsAndQualitativeEvaluations, TrackingIdentifier

    found = results(measurement)
    if not found:
        return None
    where = _coordinates(measurement, evidence)
    name = shortened(measurement.text or title(measurement)) or "Measurement"
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(UID(), name),
        finding_type=own_code(measurement.kind.name, title(measurement)),
        measurements=[_number(result, where) for result in found if np.isfinite(result.value)],
    )


def _number(result: Result, where: Any | None) -> Any:
    from highdicom.sr import Measurement as Number

    name, unit = own_code(result.name, result.name), unit_code(result.unit)
    return Number(name, float(result.value), unit, referenced_coordinates=[where] if where else None)


def _coordinates(measurement: Measurement, evidence: list[Dataset]) -> Any | None:
    """The points as the standard writes them; pixels count from the corner of the first one."""
    points = np.array(measurement.points, float)
    kind = "ELLIPSE" if measurement.kind is Kind.ELLIPSE else "POLYLINE"
    if measurement.kind in _CLOSED:
        points = np.vstack([points, points[:1]])
    if measurement.space is Space.PATIENT:
        return _in_patient(measurement, kind, points)
    named = measurement.site.sop_instance_uid
    header = next((d for d in evidence if str(d.SOPInstanceUID) == named), None)
    return None if header is None else _on_picture(measurement, kind, points, header)


def _in_patient(measurement: Measurement, kind: str, points: np.ndarray) -> Any | None:
    from highdicom.sr import CoordinatesForMeasurement3D

    frame = measurement.site.frame_of_reference_uid
    if not frame:
        return None
    return CoordinatesForMeasurement3D(kind, points, frame)


def _on_picture(measurement: Measurement, kind: str, points: np.ndarray, header: Dataset) -> Any:
    from highdicom.sr import CoordinatesForMeasurement, SourceImageForMeasurement

    several = int(header.get("NumberOfFrames") or 1) > 1
    frames = [measurement.site.frame + 1] if several else None
    image = SourceImageForMeasurement(header.SOPClassUID, header.SOPInstanceUID, frames)
    return CoordinatesForMeasurement(kind, points[:, :2] + 0.5, image)


def unit_code(unit: str) -> Any:
    """The unit in UCUM; a logit has none."""
    from highdicom.sr import CodedConcept

    known = _UNITS.get(unit)
    return (
        CodedConcept(known, "UCUM", unit)
        if known
        else CodedConcept("1", "UCUM", shortened(unit) or "no units")
    )


def own_code(value: str, meaning: str) -> Any:
    """A code of this program, where no scheme has one."""
    from highdicom.sr import CodedConcept

    short = "".join(c for c in value.upper() if c.isascii() and (c.isalnum() or c == "_"))[:_CODE] or "X"
    return CodedConcept(short, OWN, shortened(meaning))
