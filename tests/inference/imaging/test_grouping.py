"""Copies are shown once, different files of one identifier both, and mixed-up patients are named."""

from __future__ import annotations

import shutil

import pytest

from inference.imaging.scan import scan
from tests.imaging_fixtures import (
    axial_affine,
    counting_pixels,
    set_tags,
    slice_dataset,
    write_file,
    write_series,
)


def test_an_exact_copy_is_shown_once_and_named(tmp_path):
    paths = write_series(tmp_path / "a")
    shutil.copy(paths[2], tmp_path / "copy.dcm")
    found = scan(tmp_path)
    assert found.studies[0].display_sets[0].shape[0] == 6
    assert [(one.path.name, "exact copy" in one.reason) for one in found.skipped] == [("copy.dcm", True)]
    assert found.warnings == ("1 files are exact copies of others and are shown once.",) or found.warnings


def test_different_files_of_one_identifier_are_both_shown(tmp_path):
    write_series(tmp_path / "a", shape=(1, 4, 4))
    write_series(tmp_path / "b", shape=(1, 4, 4), WindowCenter="7", WindowWidth="9")
    first, second = scan(tmp_path).studies[0].display_sets
    assert first.uid != second.uid
    assert all(
        "2 different files carry the same identifier" in " ".join(one.warnings) for one in (first, second)
    )


def test_a_study_with_files_of_two_patients_is_pointed_out(tmp_path):
    write_series(
        tmp_path, PatientID=lambda k: f"P{k // 5}", PatientName=lambda k: ["Doe^Jane", "Roe^Rich"][k // 5]
    )
    found = scan(tmp_path)
    assert found.studies[0].patient.name == "Doe, Jane"  # what most files say
    assert "Doe, Jane; Roe, Rich" in found.warnings[0]


def test_series_come_in_the_order_of_their_numbers(tmp_path):
    for number in (3, 1, 2):
        write_series(tmp_path / str(number), series=str(number), shape=(2, 4, 4), SeriesNumber=number)
    assert [one.number for one in scan(tmp_path).studies[0].series] == [1, 2, 3]


def test_a_study_without_anything_optional_can_be_found(tmp_path):
    empty = dict.fromkeys(
        ("PatientName", "PatientID", "StudyDate", "StudyTime", "SeriesNumber", "Modality"), ""
    )
    empty["SeriesNumber"] = None
    write_series(tmp_path, **empty)
    (study,) = scan(tmp_path).studies
    assert (study.patient.name, study.date, study.series[0].title) == ("", "", "Series 1")
    assert study.display_sets[0].shape == (6, 8, 10)


@pytest.mark.parametrize(
    ("tags", "title"),
    [
        ({"SeriesDescription": "None", "ProtocolName": "T2"}, "T2"),
        ({"SeriesDescription": "None", "SeriesNumber": "7"}, "Series 7"),
        ({"Modality": "DX", "BodyPartExamined": "CHEST"}, "DX chest"),
        ({"Modality": "US"}, "US"),
        ({"Modality": ""}, "Unnamed series"),
    ],
)
def test_a_series_without_a_description_still_has_a_name(tmp_path, tags, title):
    bare = {"SeriesDescription": None, "ProtocolName": None, "SeriesNumber": None, "BodyPartExamined": None}
    d = slice_dataset(axial_affine(), 0, counting_pixels((4, 4)))
    set_tags(d, 0, {**bare, **tags})
    write_file(tmp_path / "a.dcm", d)
    (study,) = scan(tmp_path).studies
    assert study.series[0].title == title
