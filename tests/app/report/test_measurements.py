"""Measurements as tables and in the report."""

import csv
import io
import json

from app.report.measurements import measurements_csv, measurements_json, measurements_section
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space, Statistics
from inference.imaging.study import Patient, Study

STUDY = Study("1.2", Patient("=Doe, Jane", "4711"), "2026-01-02", "", "CT", "", "", ())
SITE = Site("1.2", "1.2.3", "set", "Chest", "", "1.2.3.4", 0, 40)
LENGTH = Measurement(
    "a", Kind.LENGTH, SITE, Space.PATIENT, ((0.0, 0.0, 0.0), (3.0, 4.0, 0.0)), Scale("PixelSpacing", (1, 1)),
    text="=nodule", author="Dr. Röntgen", created="2026-01-02T03:04:05+00:00",
)  # fmt: skip
REGION = Measurement(
    "b", Kind.RECTANGLE, SITE, Space.PATIENT, ((0, 0, 0), (2, 0, 0), (2, 3, 0), (0, 3, 0)),
    Scale("PixelSpacing", (1, 1)), Statistics(10.0, 2.0, 5.0, 15.0, 6, 1, "HU", "MIP 10 mm"),
)  # fmt: skip
MARK = Measurement("c", Kind.KEY_IMAGE, SITE, Space.PATIENT, (), Scale("PixelSpacing"))


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_every_number_is_a_row_with_unit_and_scale():
    rows = rows_of(measurements_csv(STUDY, [LENGTH, REGION, MARK]))
    told = [(r["kind"], r["result"], r["value"], r["unit"]) for r in rows]
    assert told == [
        ("length", "length", "5.0", "mm"),
        ("rectangle", "area", "6.0", "mm²"),
        ("rectangle", "mean", "10.0", "HU"),
        ("rectangle", "SD", "2.0", "HU"),
        ("rectangle", "min", "5.0", "HU"),
        ("rectangle", "max", "15.0", "HU"),
        ("key image", "", "", ""),
    ]
    assert rows[0]["measured_by"] == "PixelSpacing"
    assert (rows[1]["pixels"], rows[1]["pixels_left_out"], rows[1]["basis"]) == ("6", "1", "MIP 10 mm")
    assert rows[0]["picture"] == "41"


def test_no_cell_is_a_formula():
    (row,) = rows_of(measurements_csv(STUDY, [LENGTH]))
    assert (row["name"], row["patient_name"]) == ("'=nodule", "'=Doe, Jane")


def test_json_says_what_the_points_are_in():
    told = json.loads(measurements_json(STUDY, [LENGTH]))["measurements"][0]
    assert told["space"] == "LPS mm"
    assert told["points"] == [[0, 0, 0], [3, 4, 0]]
    assert told["results"] == [{"name": "length", "value": 5.0, "unit": "mm"}]


def test_the_report_has_a_section_only_where_something_was_measured():
    assert measurements_section([]) == []
    assert len(measurements_section([LENGTH, REGION, MARK])) == 3
