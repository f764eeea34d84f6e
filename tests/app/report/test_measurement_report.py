"""A reader's measurements leave without any model, in standard codes, and lead back to their pixels."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread

from app.report.dicom import write_work
from app.report.measurement_report import has_numbers, write_measurement_report
from app.viewer.measurements.measurement import Kind
from app.viewer.measurements.results import results
from inference.errors import ExportError
from inference.imaging.objects.measurements import measurements_of
from inference.imaging.objects.pointing import first_target
from inference.imaging.objects.reports import read_report
from tests.app.report.leaving import ct_study, work_on

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


def test_every_number_comes_back_with_its_unit_and_its_place(tmp_path):
    study = ct_study(tmp_path / "ct")
    work = work_on(study)
    found = read_report(write_measurement_report(work, tmp_path / "m.dcm"))
    groups = measurements_of(found)
    told = [m for m in work.measurements if results(m)]
    assert len(groups) == len(told)
    for group, measurement in zip(groups, told, strict=True):
        wanted = [(r.value, r.unit) for r in results(measurement)]
        assert [(m.value, m.unit) for m in group.measured] == [
            (pytest.approx(value, rel=1e-6), unit) for value, unit in wanted
        ]
        target = first_target(group.measured[0].spots, (study,))
        middle = measurement.array.mean(axis=0)
        assert target.picture == 2
        assert (
            np.linalg.norm(target.point_lps_mm - middle) < 2.0
        )  # closed lines count their first point twice


def test_a_spline_leaves_as_the_line_that_encloses_its_area(tmp_path):
    study = ct_study(tmp_path / "ct")
    spline = next(m for m in work_on(study).measurements if m.kind is Kind.SPLINE)
    path = write_measurement_report(replace(work_on(study), measurements=(spline,)), tmp_path / "m.dcm")
    items = [e.value for e in dcmread(path).iterall() if e.keyword == "GraphicData"]
    line = np.reshape(items[0], (-1, 3))
    assert np.allclose(line[0], line[-1])
    assert all(np.linalg.norm(line - point, axis=1).min() < 1e-3 for point in spline.points)
    offsets = line - line.mean(axis=0)
    enclosed = np.linalg.norm(np.cross(offsets[:-1], offsets[1:]).sum(axis=0)) / 2
    assert enclosed == pytest.approx(results(spline)[0].value, rel=1e-4)


def test_names_are_those_of_the_standard_and_lengths_say_what_they_are_measured_by(tmp_path):
    study = ct_study(tmp_path / "ct")
    groups = measurements_of(read_report(write_measurement_report(work_on(study), tmp_path / "m.dcm")))
    ellipse = next(g for g in groups if "ellipse" in g.finding.lower())
    assert [(m.name, m.how) for m in ellipse.measured] == [
        ("Area", ""), ("Attenuation Coefficient", "Mean"), ("Attenuation Coefficient", "Standard Deviation"),
        ("Attenuation Coefficient", "Minimum"), ("Attenuation Coefficient", "Maximum"),
    ]  # fmt: skip
    assert ("Measured by", "PixelSpacing") in ellipse.qualities


def test_who_measured_is_named_as_a_person(tmp_path):
    study = ct_study(tmp_path / "ct")
    found = read_report(write_measurement_report(work_on(study), tmp_path / "m.dcm"))
    assert any("Doe, Jane" in words for words in found.observers)


def test_marks_without_numbers_give_no_report_but_key_images(tmp_path):
    study = ct_study(tmp_path / "ct")
    work = work_on(study)
    marks = replace(
        work, measurements=tuple(m for m in work.measurements if m.kind is Kind.KEY_IMAGE), views=()
    )
    assert not has_numbers(marks)
    with pytest.raises(ExportError, match="no measurement"):
        write_measurement_report(marks, tmp_path / "m.dcm")
    files, left_out = write_work(marks, tmp_path / "out")
    assert ([f.name for f in files], left_out) == (["key-images.dcm"], [])
