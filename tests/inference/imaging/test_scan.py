"""Whatever lies in a folder: studies are found, the rest is named, and nothing is waited for."""

from __future__ import annotations

import os
import socket

import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from inference.imaging.scan import scan
from inference.imaging.study import Kind
from inference.progress import Cancelled
from tests.imaging_fixtures import write_series


@pytest.fixture
def folder(tmp_path):
    write_series(tmp_path / "study")
    return tmp_path / "study"


def reasons(refusals):
    return {one.path.name: one.reason for one in refusals}


def test_every_file_is_shown_refused_or_skipped(folder):
    (folder / "notes.txt").write_text("hello")
    (folder / "zero.dcm").write_bytes(b"")
    found = scan(folder)
    shown = [one.path for series in found.studies[0].series for one in series.instances]
    named = [one.path for one in (*found.refused, *found.skipped)]
    assert sorted([*shown, *named]) == sorted(folder.iterdir())
    assert (reasons(found.refused), reasons(found.skipped)) == (
        {"zero.dcm": "It is empty."},
        {"notes.txt": "It is not DICOM."},
    )


def test_a_file_a_list_and_a_folder_can_be_named(folder):
    files = sorted(folder.iterdir())
    assert scan(files[0]).studies[0].display_sets[0].kind is Kind.STILL
    assert scan([*files, folder, folder / ".." / "study"]).studies == scan(folder).studies


def test_extensions_do_not_matter(folder):
    for number, path in enumerate(sorted(folder.iterdir())):
        path.rename(folder / ["IM0", "a.txt", "b.jpg", "c", "d.DCM", ".hidden"][number])
    assert scan(folder).studies[0].display_sets[0].shape[0] == 6


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
def test_pipes_sockets_and_links_are_named_and_never_waited_for(folder, tmp_path):
    (tmp_path / "outside.dcm").write_bytes((folder / "1_0000.dcm").read_bytes())
    os.mkfifo(folder / "pipe.dcm")
    (folder / "out.dcm").symlink_to(tmp_path / "outside.dcm")
    (folder / "in.dcm").symlink_to(folder / "1_0000.dcm")
    (folder / "broken.dcm").symlink_to(folder / "nowhere")
    (folder / "round").symlink_to(folder)
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(os.path.relpath(folder / "plug"))
        found = reasons(scan(folder).skipped)
    assert found == {
        "pipe.dcm": "It is a pipe, not a file.",
        "plug": "It is a socket, not a file.",
        "out.dcm": "It is a link that leads out of the folder.",
        "in.dcm": "It is a link to something in the same folder, which is read itself.",
        "broken.dcm": "It is a link to nothing.",
        "round": "It is a link to something in the same folder, which is read itself.",
    }


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="rights do not bind root")
def test_unreadable_files_and_folders_are_named(folder):
    (folder / "1_0000.dcm").chmod(0)
    (folder / "locked").mkdir(mode=0)
    found = scan(folder)
    assert "1_0000.dcm" in reasons(found.refused)
    assert "locked" in reasons(found.skipped)


def test_a_path_that_is_not_there_is_refused(tmp_path):
    assert "cannot be opened" in scan(tmp_path / "nowhere").refused[0].reason


def test_progress_rises_to_one(folder):
    seen = []
    scan(folder, report=lambda fraction, _note="": seen.append(fraction))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0.0, 1.0)


def test_cancelling_stops_the_scan(folder):
    def report(_fraction, note=""):
        if "read" in note:
            raise Cancelled

    with pytest.raises(Cancelled):
        scan(folder, report=report)


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_the_number_of_workers_changes_nothing(folder, workers):
    assert scan(folder, workers=workers) == scan(folder)


@pytest.fixture
def disc(folder):
    """The study as on a disc: its index names the files in capitals, as discs do."""
    disc = folder.rename(folder.parent / "disc")
    for path in sorted(disc.iterdir()):
        path.rename(disc / f"im{path.stem}")
    index = Dataset()
    index.FileSetID = "DISC"
    index.DirectoryRecordSequence = [record(path.name.upper()) for path in sorted(disc.iterdir())]
    index.file_meta = FileMetaDataset()
    index.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    index.file_meta.MediaStorageSOPInstanceUID = "1.2.3"
    index.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    index.save_as(disc / "DICOMDIR", enforce_file_format=True)
    return disc


def record(name):
    item = Dataset()
    item.DirectoryRecordType = "IMAGE"
    item.add_new(0x00041500, "CS", name)
    return item


def test_the_index_of_a_disc_leads_to_its_files_only(disc):
    write_series(disc / "other", series="9")
    assert [len(scan(path).studies[0].series) for path in (disc / "DICOMDIR", disc)] == [1, 2]


def test_an_index_with_missing_files_gives_way_to_the_folder(disc):
    (disc / "im1_0003").unlink()
    write_series(disc / "other", series="9")
    found = scan(disc / "DICOMDIR")
    assert len(found.studies[0].series) == 2
    assert [(one.path.name, "not there" in one.reason) for one in found.refused] == [("IM1_0003", True)]


def test_a_broken_index_does_not_hide_the_folder(disc):
    data = (disc / "DICOMDIR").read_bytes()
    (disc / "DICOMDIR").write_bytes(data[:700])
    assert scan(disc / "DICOMDIR").studies[0].display_sets[0].shape[0] == 6


def test_every_malformed_file_opens_with_a_warning_or_is_refused_with_a_reason(shared_data):
    found = scan(shared_data / "malformed")
    shown = {one.path.name: one for study in found.studies for s in study.series for one in s.instances}
    refused = reasons(found.refused)
    files = {path.name for path in (shared_data / "malformed").rglob("*") if path.is_file()}
    assert set(shown) | set(refused) == files - {"SOURCES.md"}
    for name in (
        "ct_truncated_60pct.dcm",
        "echo_cut_after_few_frames.dcm",
        "badVR.dcm",
        "rtplan_truncated.dcm",
    ):
        assert shown[name].warnings
    for name in ("zero_bytes.dcm", "text_renamed.dcm", "preamble_only.dcm", "ct_header_cut_mid_element.dcm"):
        assert refused[name].endswith(".")


def test_every_compressed_file_is_listed(shared_data):
    found = scan(shared_data / "compressed")
    assert not found.refused
    shown = [d for study in found.studies for d in study.display_sets]
    assert sum(len(d.instances) for d in shown) == len(list((shared_data / "compressed").glob("*.dcm")))
    assert len({d.uid for d in shown}) == len(shown)


def test_a_cardiac_stack_is_ten_slices_of_twenty_phases(shared_data):
    found = scan(shared_data / "cardiac_cine" / "sunnybrook_SCD0002001_sax")
    (cine,) = found.studies[0].display_sets
    assert (cine.kind, cine.phases, cine.shape) == (Kind.CINE_STACK, 20, (200, 256, 256))
    assert cine.spacing_mm == pytest.approx((10.0, 1.3672, 1.3672), abs=1e-4)


def test_a_chest_whose_names_are_not_in_order_is_one_volume(shared_data):
    found = scan(shared_data / "ct_volume" / "lidc0314_chest_philips16")
    (chest,) = found.studies[0].display_sets
    heights = [one.position_lps_mm[2] for one in chest.instances]
    assert (chest.kind, chest.shape[0], chest.spacing_mm[0]) == (Kind.VOLUME, 80, pytest.approx(3.0))
    assert heights == sorted(heights)


def test_brain_series_have_their_planes_and_spacings(shared_data):
    (study,) = scan(shared_data / "brain_mr_multisequence").studies
    found = [(d.plane, d.kind, d.spacing_mm) for d in study.display_sets]
    assert found == [
        ("sagittal", Kind.VOLUME, pytest.approx((2.0, 1.1458, 1.1458), abs=1e-3)),
        ("axial", Kind.VOLUME, pytest.approx((5.0, 0.4297, 0.4297), abs=1e-3)),
    ]
    assert len({d.frame_of_reference_uid for d in study.display_sets}) == 1


def test_documents_and_doses_are_told_from_pictures(shared_data):
    found = scan(shared_data / "objects")
    kinds = {
        (d.modality, d.kind) for study in found.studies for d in study.display_sets if d.modality != "OT"
    }
    documents = {modality for modality, kind in kinds if kind is Kind.DOCUMENT}
    assert documents == {"SR", "SEG", "RTSTRUCT", "RTPLAN", "PR", "RWV"}
    assert ("RTDOSE", Kind.VOLUME) in kinds
