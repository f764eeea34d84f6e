"""What a reader measured as groups of a structured report, with its points on the picture or in space."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom.dataset import Dataset

from app.report.dicom_source import shortened
from app.viewer.measurements.geometry import drawn_line
from app.viewer.measurements.measurement import MEASURING, Kind, Measurement, Space
from app.viewer.measurements.results import Result, results, title

OWN = "99NEGATOSCOPE"
_UNITS = {
    "%": "%", "mmHg": "mm[Hg]", "L/min": "L/min", "mL": "mL", "ml": "mL", "mm": "mm", "cm": "cm",
    "mm²": "mm2", "cm²": "cm2", "°": "deg", "HU": "[hnsf'U]", "px": "{pixels}", "px²": "{square pixels}",
}  # fmt: skip
_NAMES = {
    "length": ("410668003", "SCT", "Length"), "long axis": ("103339001", "SCT", "Long axis"),
    "short axis": ("103340004", "SCT", "Short axis"), "angle": ("1483009", "SCT", "Angle"),
    "Cobb angle": ("285285000", "SCT", "Cobb angle"), "area": ("42798000", "SCT", "Area"),
}  # fmt: skip
_DERIVED = {
    "mean": ("373098007", "SCT", "Mean"), "SD": ("386136009", "SCT", "Standard Deviation"),
    "min": ("255605001", "SCT", "Minimum"), "max": ("56851009", "SCT", "Maximum"),
}  # fmt: skip
_CODE = 16  # characters of a code value
_CLOSED = (Kind.FREEHAND, Kind.RECTANGLE, Kind.SPLINE)


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
        qualitative_evaluations=_told(measurement),
    )


def _told(measurement: Measurement) -> list[Any] | None:
    """What the lengths are measured by, where they are lengths."""
    from highdicom.sr import QualitativeEvaluation

    if measurement.kind not in MEASURING:
        return None
    source = measurement.scale.source
    return [QualitativeEvaluation(own_code("measured by", "Measured by"), own_code(source, source))]


def _number(result: Result, where: Any | None) -> Any:
    from highdicom.sr import CodedConcept
    from highdicom.sr import Measurement as Number

    derived = _DERIVED.get(result.name)
    return Number(
        _grey(result.unit) if derived else _named(result.name),
        float(result.value),
        unit_code(result.unit),
        derivation=CodedConcept(*derived) if derived else None,
        referenced_coordinates=[where] if where else None,
    )


def _named(name: str) -> Any:
    from highdicom.sr import CodedConcept

    known = _NAMES.get(name)
    return CodedConcept(*known) if known else own_code(name, name)


def _grey(unit: str) -> Any:
    """What the pixels of a region hold."""
    from highdicom.sr import CodedConcept

    return (
        CodedConcept("112031", "DCM", "Attenuation Coefficient")
        if unit == "HU"
        else own_code("pixel value", "Pixel value")
    )


def _coordinates(measurement: Measurement, evidence: list[Dataset]) -> Any | None:
    """The points as the standard writes them; pixels count from the corner of the first one."""
    points = drawn_line(measurement)
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


def own_scheme() -> list[Dataset]:
    """What the codes of this program are, for whoever meets them."""
    item = Dataset()
    item.CodingSchemeDesignator, item.CodingSchemeName = OWN, "Concepts of Negatoscope"
    item.CodingSchemeResponsibleOrganization = "Negatoscope"
    return [item]
