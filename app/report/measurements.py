"""The reader's measurements as a table: CSV, JSON, and a section of the report."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from reportlab.platypus import Flowable

from app.report.page import QUIET, heading, room_for, table, text
from app.report.tables import csv_bytes, study_values
from app.version import application_version
from app.viewer.measurements.geometry import drawn_line
from app.viewer.measurements.measurement import MEASURING, Kind, Measurement
from app.viewer.measurements.results import lines, results, title
from inference.imaging.study import Study

SCHEMA = "negatoscope.measurements/1"
CSV_COLUMNS = (
    "study_uid", "patient_id", "patient_name", "study_date", "measurement", "kind", "name", "series",
    "series_uid", "sop_instance_uid", "frame", "picture", "result", "value", "unit", "measured_by",
    "pixels", "pixels_left_out", "basis", "author", "created",
)  # fmt: skip


def measurements_csv(study: Study, measurements: Sequence[Measurement]) -> bytes:
    """One row per number, safe to open in a spreadsheet; what has no number has a row without one."""
    rows = [row for m in measurements for row in _rows(study, m)]
    return csv_bytes(CSV_COLUMNS, rows)


def measurements_json(study: Study, measurements: Sequence[Measurement]) -> bytes:
    """Everything, with points in patient millimetres or in pixels, said so."""
    content = {
        "schema": SCHEMA,
        "application": f"Negatoscope {application_version()}",
        "study": study_values(study),
        "measurements": [measurement_values(m) for m in measurements],
    }
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False).encode()


def measurement_values(measurement: Measurement) -> dict[str, Any]:
    """One measurement: what, where, by what scale, and its numbers."""
    site = measurement.site
    return {
        "uid": measurement.uid,
        "kind": measurement.kind.value,
        "text": measurement.text,
        "series": site.title,
        "series_uid": site.series_uid,
        "frame_of_reference_uid": site.frame_of_reference_uid,
        "sop_instance_uid": site.sop_instance_uid,
        "frame": site.frame,
        "picture": site.picture + 1 if site.picture >= 0 else None,
        "space": "LPS mm" if measurement.space == "patient" else "pixels (column, row) of the picture",
        "points": [list(point) for point in measurement.points],
        **({"line": drawn_line(measurement).tolist()} if measurement.kind is Kind.SPLINE else {}),
        "measured_by": measurement.scale.source,
        "results": [{"name": r.name, "value": r.value, "unit": r.unit} for r in results(measurement)],
        "statistics": None if measurement.statistics is None else vars(measurement.statistics),
        "author": measurement.author,
        "created": measurement.created,
    }


def measurements_section(measurements: Sequence[Measurement]) -> list[Flowable]:
    """What the reader measured, as a table; nothing where nothing was measured."""
    told = [m for m in measurements if m.kind is not Kind.CALIBRATION]
    if not told:
        return []
    head = [text(t, 7.5, QUIET) for t in ("Measurement", "Result", "Where")]
    rows = [head, *([text(title(m), bold=True), text(_said(m), 8), text(m.site.words, 7.5)] for m in told)]
    return [room_for(80), heading("Measurements of the reader"), table(rows, [130, 225, 150], header=True)]


def _said(measurement: Measurement) -> str:
    own = (measurement.text,) if measurement.text else ()
    return "; ".join(line for line in lines(measurement) if line not in own)


def _rows(study: Study, measurement: Measurement) -> list[list[object]]:
    site, found = measurement.site, measurement.statistics
    before: list[object] = [
        study.uid, study.patient.id, study.patient.name, study.date, measurement.uid, measurement.kind.value,
        measurement.text, site.title, site.series_uid, site.sop_instance_uid, site.frame,
        site.picture + 1 if site.picture >= 0 else "",
    ]  # fmt: skip
    source = measurement.scale.source if measurement.kind in MEASURING else ""
    after: list[object] = [
        source, *((found.pixels, found.left_out, found.basis) if found else ("", "", "")),
        measurement.author, measurement.created,
    ]  # fmt: skip
    numbers: list[list[object]] = [[r.name, r.value, r.unit] for r in results(measurement)]
    return [[*before, *number, *after] for number in numbers or [["", "", ""]]]
