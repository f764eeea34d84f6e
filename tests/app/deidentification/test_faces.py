"""Who is warned that a face could be rendered: heads, and what nobody knows; no heart and no knee."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import dcmread

from app.deidentification.copying import copy_deidentified
from app.deidentification.faces import Face, cautions_of_faces, face_in, facts_of_file, facts_of_series
from inference.imaging.scan import scan
from tests.app.library.dicom_files import write_file

NOTHING = {"StudyDescription": "", "SeriesDescription": "", "PixelSpacing": [60, 60]}  # a field of 240 mm
SHORT_AXIS = [0.778115, 0.336913, 0.53012, -0.248394, 0.940229, -0.232958]
HIPPOCAMPAL = [1, 0, 0, 0, 0.5, -0.8660254]
CASES = (
    ({}, Face.UNKNOWN),
    ({"BodyPartExamined": "HEAD"}, Face.LIKELY),
    ({"SeriesDescription": "t2_flair_tra"}, Face.LIKELY),
    ({"SeriesDescription": "HIPPOCAMPUS cor"}, Face.LIKELY),
    ({"BodyPartExamined": "CHEST", "SeriesDescription": "neck to diaphragm"}, Face.LIKELY),
    ({"BodyPartExamined": "HEART"}, Face.NONE),
    ({"BodyPartExamined": "PELVIS", "SeriesDescription": "t2 cervix, surface coil"}, Face.NONE),
    ({"SeriesDescription": "cine_SAX_base"}, Face.NONE),
    ({"SeriesDescription": "trufi 4ch"}, Face.NONE),
    ({"ReceiveCoilName": "8CARDIAC"}, Face.NONE),
    ({"PatientPosition": "FFS"}, Face.NONE),
    ({"PatientPosition": "FFS", "Modality": "CT"}, Face.UNKNOWN),  # a whole body can be scanned so
    ({"ImageOrientationPatient": SHORT_AXIS}, Face.NONE),
    ({"ImageOrientationPatient": HIPPOCAMPAL}, Face.UNKNOWN),
    ({"CardiacNumberOfImages": 20, "PixelSpacing": [85, 85]}, Face.NONE),
    ({"CardiacNumberOfImages": 20}, Face.UNKNOWN),  # the fluid of the brain is gated too
    ({"PixelSpacing": [20, 20]}, Face.NONE),
    ({"Modality": "PT"}, Face.UNKNOWN),
    ({"Modality": "US"}, Face.NONE),
    ({"BodyPartExamined": "KNEE", "RecognizableVisualFeatures": "YES"}, Face.LIKELY),
)


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_heads_are_told_from_what_is_no_head_and_from_what_nobody_knows(tmp_path, changes, expected):
    path = write_file(tmp_path / "in.dcm", **{**NOTHING, **changes})
    assert face_in(facts_of_file(dcmread(path))) is expected


def test_an_open_study_is_judged_like_its_files(tmp_path):
    for number, changes in enumerate(
        ({"ImageOrientationPatient": SHORT_AXIS}, {}, {"BodyPartExamined": "SKULL"})
    ):
        write_file(tmp_path / f"{number}.dcm", series=number + 1, **{**NOTHING, **changes})
    study = scan(tmp_path).studies[0]
    found = [face_in(facts_of_series(study, series)) for series in study.series]
    assert found == [Face.NONE, Face.UNKNOWN, Face.LIKELY]
    head, unknown = cautions_of_faces(study)
    assert head.startswith("From slices of a head a face can be rendered")
    assert unknown.startswith("No header says what part of the body one series shows: if it is the head")


def test_what_is_not_known_is_said_in_words_when_it_was_copied(tmp_path):
    copied = copy_deidentified([write_file(tmp_path / "in.dcm", **NOTHING)], tmp_path / "out")
    assert "No header says what part of the body one series shows" in copied.cautions[0]


def test_a_heart_without_a_named_region_is_no_head(shared_data, tmp_path):
    files = sorted(Path(shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax").rglob("*.dcm"))[:3]
    assert files
    assert copy_deidentified(files, tmp_path / "out").cautions == ()
    study = scan(files).studies[0]
    assert not cautions_of_faces(study)
