"""What is written is read back in place by the product's own readers."""

from __future__ import annotations

import numpy as np
import pydicom
import pytest

from inference.errors import ExportError
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from training.phantoms.dicom_writer import write_study


@pytest.fixture(scope="module")
def written(case_of, tmp_path_factory):
    case = case_of("abscess")
    return case, write_study(case, tmp_path_factory.mktemp("written") / "study")


def test_the_study_reads_back_with_the_same_voxels_in_the_same_place(written):
    case, folder = written
    found = scan(folder)
    assert not found.refused
    (study,) = found.studies
    by_number = {series.number: series for series in study.series}
    for number, series in enumerate(case.series, start=2):
        (display_set,) = by_number[number].display_sets
        volume = read_volume(display_set)
        assert np.array_equal(volume.voxels, series.volume.voxels)
        assert np.allclose(volume.affine_lps, series.volume.affine_lps, atol=1e-6)
        assert by_number[number].title == series.description


def test_a_localiser_and_a_screen_shot_come_along_unless_left_out(written, case_of, tmp_path):
    _, folder = written
    titles = {series.title for series in scan(folder).studies[0].series}
    assert {"3-plane localiser", "Screen save"} <= titles
    bare = write_study(case_of("abscess"), tmp_path / "bare", extras=False)
    assert len(scan(bare).studies[0].series) == 5


def test_the_same_case_is_the_same_study_and_another_date_is_another(written, case_of, tmp_path):
    _, folder = written
    case = case_of("abscess")
    again = write_study(case, tmp_path / "again")
    later = write_study(case, tmp_path / "later", study_date="20270101")
    first, second, third = (next(p.rglob("IM0001.dcm")).read_bytes() for p in (folder, again, later))
    assert first == second
    assert first != third
    assert scan(later).studies[0].uid != scan(folder).studies[0].uid


def test_headers_say_what_was_acquired(written):
    case, folder = written
    for number, series in enumerate(case.series, start=2):
        header = pydicom.dcmread(folder / f"{number:03d}" / "IM0001.dcm")
        assert header.BodyPartExamined == "BRAIN"
        assert float(header.SpacingBetweenSlices) == pytest.approx(series.plan.spacing_mm[0])
        assert ("ContrastBolusAgent" in header) == (series.sequence == "T1C")
        assert ("DiffusionBValue" in header) == (series.sequence == "DWI")


def test_a_folder_that_holds_something_is_left_alone(case_of, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ExportError, match="not empty"):
        write_study(case_of("abscess"), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
