"""A table of studies: good rows become cases, bad rows are named, and no patient is in two splits."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from inference.errors import FileError
from training.cases import read_cases, split_of


def write_slice(folder, study="1.2.3", patient="A"):
    """One MR slice, as small as DICOM allows."""
    file = Dataset()
    file.file_meta = FileMetaDataset()
    file.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.file_meta.MediaStorageSOPClassUID = file.SOPClassUID = MRImageStorage
    file.file_meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID = f"{study}.1.1"
    file.StudyInstanceUID, file.SeriesInstanceUID = study, f"{study}.1"
    file.PatientID, file.Modality = patient, "MR"
    file.Rows = file.Columns = 4
    file.SamplesPerPixel, file.PhotometricInterpretation = 1, "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 16, 15, 0
    file.PixelData = np.zeros((4, 4), np.uint16).tobytes()
    folder.mkdir(parents=True, exist_ok=True)
    file.save_as(folder / f"{study}.dcm", enforce_file_format=True)


@pytest.fixture
def table(tmp_path):
    """Write a table beside three studies; the first two are of one patient."""
    for study, patient in (("1.2.3", "A"), ("1.2.4", "A"), ("1.2.5", "B")):
        write_slice(tmp_path / study, study, patient)

    def write(*lines):
        path = tmp_path / "table.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    return write


def test_a_row_becomes_a_case_with_its_headers_report_and_answers(table):
    path = table(
        "study,report,split,priority,referral:surgery,stroke,tumour", '1.2.3,"Two, findings.",test,high,1,0,'
    )
    (case,) = read_cases(path).cases
    assert case.study_uid == case.study.uid == "1.2.3"
    assert (case.patient, case.report, case.split, case.priority) == ("A", "Two, findings.", "test", "high")
    assert case.labels == {"stroke": False, "tumour": None}
    assert case.referral == {"surgery": True}


def test_a_report_can_lie_in_a_file(table):
    path = table("study,report_file", "1.2.3,report.txt")
    (path.parent / "report.txt").write_text("Grüße", encoding="utf-8")
    assert read_cases(path).cases[0].report == "Grüße"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nowhere,,,1", "no study at nowhere"),
        (",,,1", "no study at an empty path"),
        (".,,,1", "holds 3 studies"),
        ("1.2.3,missing.txt,,1", "missing.txt cannot be read"),
        ("1.2.3,,sometimes,1", "split is 'sometimes'"),
        ("1.2.3,,,maybe", "stroke is 'maybe'"),
        ("1.2.3,,,1,2", "more cells"),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_hides_no_other(row, reason, table):
    found = read_cases(table("study,report_file,split,stroke", row, "1.2.5,,,1"))
    assert [case.study_uid for case in found.cases] == ["1.2.5"]
    (refusal,) = found.refused
    assert refusal.line == 2
    assert reason in refusal.reason
    assert refusal.hint


def test_studies_of_one_patient_share_a_split_whatever_the_seed(table):
    path = table("study", "1.2.3", "1.2.4", "1.2.5")
    for seed in range(8):
        first, second, _ = read_cases(path, seed=seed).cases
        assert first.split == second.split


def test_a_patient_in_two_splits_is_refused(table):
    found = read_cases(table("study,split", "1.2.3,train", "1.2.4,test", "1.2.5,test"))
    assert [case.study_uid for case in found.cases] == ["1.2.5"]
    assert {refusal.study for refusal in found.refused} == {"1.2.3", "1.2.4"}


def test_splits_hold_about_the_shares_asked_for():
    names = [split_of(f"patient {n}", fractions=(0.5, 0.3, 0.2)) for n in range(4000)]
    assert names.count("train") / 4000 == pytest.approx(0.5, abs=0.03)
    assert names.count("test") / 4000 == pytest.approx(0.2, abs=0.03)


def test_a_table_without_studies_says_so(table, tmp_path):
    with pytest.raises(FileError, match="no column called study"):
        read_cases(table("path,stroke", "1.2.3,1"))
    with pytest.raises(FileError, match="cannot be read"):
        read_cases(tmp_path / "none.csv")
    assert read_cases(table("study,stroke")).cases == ()
