"""Copies that can leave the house: nothing of the patient in any byte, the pictures as they were."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRLittleEndian

from app.deidentification.copying import copy_deidentified
from app.deidentification.profile import Options
from app.deidentification.telling import LIST
from inference.errors import ExportError
from inference.imaging.scan import scan
from inference.progress import Cancelled
from tests.app.deidentification.worst import TELLING, write_hidden_overlay, write_worst
from tests.app.library.dicom_files import write_file, write_study


def copied_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.dcm"))


def digests(folder: Path) -> dict[str, str]:
    return {
        str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_no_byte_of_any_file_names_the_patient_not_even_of_its_name(tmp_path):
    source = write_worst(tmp_path / "in" / "Lovelace_Augusta.dcm")
    assert all(word in source.read_bytes().lower() for word in TELLING)
    for options in (Options(), Options(shift_dates=True, keep_descriptions=True)):
        out = tmp_path / f"out {options.shift_dates}"
        copy_deidentified([source], out, options)
        written = [p for p in out.rglob("*") if p.is_file()]
        assert len(written) == 2
        for path in written:
            content = str(path.relative_to(out)).lower().encode() + path.read_bytes().lower()
            assert [word for word in TELLING if word in content] == []


def test_the_source_is_never_changed_and_the_pictures_are_the_same(tmp_path):
    folder = write_study(tmp_path / "in")
    before = digests(folder)
    sources = sorted(folder.rglob("*.dcm"))
    copied = copy_deidentified(sources, tmp_path / "out")
    assert digests(folder) == before
    assert copied.files == len(sources) == 6
    was = sorted(dcmread(p).pixel_array.sum() for p in sources)
    assert sorted(dcmread(p).pixel_array.sum() for p in copied_files(tmp_path / "out")) == was


def test_series_stay_together_and_references_lead_to_the_copies(tmp_path):
    folder = write_study(tmp_path / "in")
    other = write_worst(tmp_path / "in" / "reference.dcm", StudyInstanceUID="1.2.1")
    copy_deidentified([*sorted(folder.rglob("[0-9].dcm")), other], tmp_path / "out")
    copies = [dcmread(p) for p in copied_files(tmp_path / "out")]
    assert len({c.StudyInstanceUID for c in copies}) == 1
    uids = {c.SOPInstanceUID for c in copies}
    reference = next(c for c in copies if "ReferencedImageSequence" in c)
    assert reference.ReferencedImageSequence[0].ReferencedSOPInstanceUID in uids
    assert all(c.file_meta.MediaStorageSOPInstanceUID == c.SOPInstanceUID for c in copies)


def test_two_exports_have_no_uid_in_common(tmp_path):
    folder = write_study(tmp_path / "in")
    sources = sorted(folder.rglob("*.dcm"))
    for name in ("a", "b"):
        copy_deidentified(sources, tmp_path / name)
    first, second = ({dcmread(p).SOPInstanceUID for p in copied_files(tmp_path / n)} for n in "ab")
    assert first.isdisjoint(second)


def test_two_patients_get_two_pseudonyms(tmp_path):
    one = write_file(tmp_path / "in" / "1.dcm", study=1)
    two = write_file(tmp_path / "in" / "2.dcm", study=2, PatientID="other", PatientName="Roe^R")
    copied = copy_deidentified([one, two], tmp_path / "out")
    assert len(copied.subjects) == 2
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["subject-001", "subject-002", LIST]


@pytest.mark.parametrize(
    ("changes", "burned"),
    [
        ({"BurnedInAnnotation": "YES"}, True),
        ({"Modality": "US"}, True),
        ({"Modality": "XA"}, True),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"}, True),
        ({"Modality": "US", "BurnedInAnnotation": "NO"}, False),
        ({}, False),
    ],
)
def test_what_may_be_burned_in_is_warned_of_and_not_called_de_identified(tmp_path, changes, burned):
    source = write_file(tmp_path / "in.dcm", **changes)
    copied = copy_deidentified([source], tmp_path / "out")
    copy = dcmread(copied_files(tmp_path / "out")[0])
    assert bool(copied.burned_in) is burned
    assert copy.PatientIdentityRemoved == ("NO" if burned else "YES")
    assert ("pixels: look before they leave" in (tmp_path / "out" / LIST).read_text()) is burned


def test_who_has_looked_at_the_pixels_may_say_so(tmp_path):
    source = write_file(tmp_path / "in.dcm", Modality="US")
    copied = copy_deidentified([source], tmp_path / "out", Options(pixels_are_checked=True))
    copy = dcmread(copied_files(tmp_path / "out")[0])
    assert (copy.PatientIdentityRemoved, copy.BurnedInAnnotation, copied.burned_in) == ("YES", "NO", 0)


HEADS = (("CT", "HEAD", True), ("MR", "BRAIN", True), ("MR", "", True), ("CT", "CHEST", False),
         ("CR", "SKULL", False))  # fmt: skip


@pytest.mark.parametrize(("modality", "part", "face"), HEADS)
def test_a_series_of_a_head_is_warned_of_for_its_face(tmp_path, modality, part, face):
    changes = {
        "Modality": modality,
        "BodyPartExamined": part,
        "StudyDescription": "",
        "PixelSpacing": [60, 60],
    }
    source = write_file(tmp_path / "in.dcm", **changes)
    copied = copy_deidentified([source], tmp_path / "out")
    assert any("face" in caution for caution in copied.cautions) is face


def test_an_overlay_in_spare_bits_is_blanked_and_the_picture_stays(tmp_path):
    copy_deidentified([write_hidden_overlay(tmp_path / "in.dcm")], tmp_path / "out")
    copy = dcmread(copied_files(tmp_path / "out")[0])
    assert np.array_equal(np.frombuffer(copy.PixelData, np.uint16), np.arange(16))


def test_a_bad_file_and_one_without_a_picture_are_named_and_hide_no_other(tmp_path):
    good = write_file(tmp_path / "in" / "good.dcm")
    bad = tmp_path / "in" / "Lovelace.txt"
    bad.write_bytes(b"not DICOM at all" * 100)
    text = write_file(tmp_path / "in" / "text.dcm", number=2)
    data = dcmread(text)
    del data.PixelData
    data.save_as(text)
    copied = copy_deidentified([bad, good, text], tmp_path / "out")
    assert copied.files == 1
    assert [path for path, _ in copied.left_out] == [bad, text]
    assert "1 file left out: It holds text or drawings" in (tmp_path / "out" / LIST).read_text()


def test_a_folder_that_holds_something_is_refused_and_left_alone(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(ExportError, match="not empty"):
        copy_deidentified([write_file(tmp_path / "in.dcm")], tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_what_is_stopped_half_way_leaves_nothing(tmp_path):
    folder = write_study(tmp_path / "in")

    def stop(fraction, _note=""):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        copy_deidentified(sorted(folder.rglob("*.dcm")), tmp_path / "out", report=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_where_nothing_can_be_copied_nothing_is_written(tmp_path):
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(ExportError, match="No file could be de-identified: It is no DICOM file"):
        copy_deidentified([tmp_path / "a.txt"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_without_a_file_header_is_copied_with_one(tmp_path):
    path = write_file(tmp_path / "in.dcm")
    data = dcmread(path)
    bare = tmp_path / "bare.dcm"
    del data.file_meta, data.preamble
    data.save_as(bare, implicit_vr=False, little_endian=True)
    copy_deidentified([bare], tmp_path / "out")
    copy = dcmread(copied_files(tmp_path / "out")[0])
    assert copy.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(copy.pixel_array, dcmread(path).pixel_array)


def test_a_stray_end_of_a_sequence_does_not_keep_a_file_back(tmp_path):
    path = write_file(tmp_path / "in.dcm")
    content = path.read_bytes()
    pixels = content.index(b"\xe0\x7f\x10\x00")
    path.write_bytes(content[:pixels] + b"\xfe\xff\xdd\xe0\0\0\0\0" + content[pixels:])
    copied = copy_deidentified([path], tmp_path / "out")
    assert (copied.files, copied.left_out) == (1, [])
    assert dcmread(copied_files(tmp_path / "out")[0]).pixel_array.shape == (4, 4)


def test_a_file_without_an_instance_uid_gets_one(tmp_path):
    path = write_file(tmp_path / "in.dcm")
    data = dcmread(path)
    del data.SOPInstanceUID
    data.save_as(path)
    copy_deidentified([path], tmp_path / "out")
    copy = dcmread(copied_files(tmp_path / "out")[0])
    assert copy.SOPInstanceUID == copy.file_meta.MediaStorageSOPInstanceUID != ""


@pytest.mark.parametrize("shift", [False, True])
def test_dciodvfy_finds_no_error_that_the_original_has_not(tmp_path, shared_data, shift):
    if shutil.which("dciodvfy") is None:
        pytest.skip("dciodvfy is not installed (Debian's dicom3tools)")
    found = (
        next((shared_data / "cardiac_cine").rglob("SCD2001_MR_024.dcm")),
        shared_data / "objects" / "pmap_and_enhanced" / "emri_small.dcm",
        *sorted((shared_data / "xray").rglob("*.dcm"))[:2],
        sorted((shared_data / "ct_volume").rglob("*.dcm"))[0],
    )
    for number, path in enumerate(found):
        out = tmp_path / str(number)
        copy_deidentified([path], out, Options(shift_dates=shift, keep_descriptions=shift))
        new = errors_of(copied_files(out)[0]) - errors_of(path)
        assert not {line for line in new if "has same value as" not in line}, path.name


def errors_of(path: Path) -> set[str]:
    run = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, check=False, timeout=60)
    said = (run.stdout + run.stderr).decode(errors="replace")
    return {line for line in said.splitlines() if line.startswith("Error")}


REAL = ("cardiac_cine", "echo_cine", "xray", "compressed", "brain_mr_multisequence", "objects")


@pytest.mark.filterwarnings("ignore")  # of pydicom, about the originals
@pytest.mark.parametrize("name", REAL)
def test_real_files_open_again_with_the_same_pixels_and_nobody_named(tmp_path, shared_data, name):
    sources = {}
    for path in sorted((shared_data / name).rglob("*")):
        if path.is_file() and path.stat().st_size < 20 << 20:
            sources.setdefault(path.parent, []).append(path)
    files = [path for folder in sources.values() for path in folder[:4]]
    copied = copy_deidentified(files, tmp_path / "out", Options(shift_dates=True))
    assert copied.files > 0
    originals = {id_of(dcmread(p, force=True)) for p in files}
    found = scan(tmp_path / "out")
    assert not found.refused
    for path in copied_files(tmp_path / "out"):
        copy = dcmread(path)
        assert id_of(copy) not in originals
        assert not [e.tag for e in copy.iterall() if e.tag.is_private]
        assert str(copy.PatientName).startswith("ANON-")


def id_of(dataset) -> str:
    return str(dataset.get("SOPInstanceUID", ""))
