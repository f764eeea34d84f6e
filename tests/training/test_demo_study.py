"""The demonstration study keeps the brain and nothing that names or shows the volunteer."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom import dcmread

import resources
from inference.errors import SeriesError
from inference.imaging.scan import scan
from inference.imaging.study import Kind
from tests.imaging_fixtures import axial_affine, write_series
from training.demo_study import KEPT, SAID, Cut, emptied, make


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    write_series(folder, Modality="MR", InstitutionName="A hospital", OperatorsName="Somebody^Else")
    return folder


def test_only_listed_elements_remain(source, tmp_path):
    made = dcmread(make(source, tmp_path / "out", cuts=())[0])
    uids = {"StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "FrameOfReferenceUID"}
    allowed = {*KEPT, *SAID, *uids, "PositionReferenceIndicator", "PixelData"}
    assert {element.keyword for element in made} <= allowed
    assert made.PatientName == "VOLUNTEER^A"


def test_pixels_that_are_not_cut_come_back_bit_for_bit(source, tmp_path):
    make(source, tmp_path / "out", cuts=())
    for part in ("source", "out"):
        (volume,) = scan(tmp_path / part).studies[0].display_sets
        assert volume.kind is Kind.VOLUME
    before = [dcmread(path).pixel_array for path in sorted((tmp_path / "source").iterdir())]
    after = [dcmread(path).pixel_array for path in sorted((tmp_path / "out" / "series1").iterdir())]
    assert np.array_equal(before, after)


def test_a_cut_empties_exactly_what_lies_beyond_its_plane():
    affine = axial_affine((0.0, 0.0, 0.0))  # columns 0.5 mm apart along x
    kept = emptied(np.ones((2, 10), np.int16), affine, [Cut((2.2, 0, 0), (1.0, 0, 0))])
    assert kept.tolist() == [[1] * 5 + [0] * 5] * 2


def test_two_runs_give_the_same_identifiers(source, tmp_path):
    first, second = make(source, tmp_path / "a")[0], make(source, tmp_path / "b")[0]
    assert first.read_bytes() == second.read_bytes()


def test_a_source_without_volumes_is_refused(tmp_path):
    with pytest.raises(SeriesError, match="no MR volume"):
        make(tmp_path, tmp_path / "out")


def test_the_bundled_study_is_small_whole_and_nameless():
    demo = resources.path("demo")
    found = scan(demo)
    (study,) = found.studies
    assert [(d.kind, d.plane, d.shape) for d in study.display_sets] == [
        (Kind.VOLUME, "sagittal", (84, 192, 192)),
        (Kind.VOLUME, "axial", (28, 512, 384)),
    ]
    assert not found.refused
    assert (study.patient.name, study.institution) == ("VOLUNTEER, A", "")
    assert sum(path.stat().st_size for path in demo.rglob("*") if path.is_file()) < 8 << 20


@pytest.mark.parametrize("series", ["series1", "series2"])
def test_nothing_is_left_before_the_face_plane(series):
    for path in sorted((resources.path("demo") / "brain_mr" / series).iterdir())[::9]:
        d = dcmread(path)
        row, column = np.reshape(np.array(d.ImageOrientationPatient, float), (2, 3))
        j, i = np.nonzero(d.pixel_array)
        if len(j):
            gaps = np.array(d.PixelSpacing, float)
            points = np.array(d.ImagePositionPatient, float) + np.outer(j * gaps[0], column)
            points += np.outer(i * gaps[1], row)
            throat_to_brow = (points - [-12.5, -100.8, 23.7]) @ [-0.040, -0.759, -0.651]
            assert throat_to_brow.max() < 0.5
            assert points[:, 2].min() > -55
