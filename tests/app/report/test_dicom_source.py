"""What the headers of pictures say wrongly never costs an object, and never gets into one."""

import numpy as np
import pydicom
import pytest

from app.report.dicom_source import headers_of, in_one_frame, keep, maker_of, person_name
from app.report.segmentation import write_segmentation
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_volume
from inference.imaging.scan import scan
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.report.answers import card
from tests.imaging_fixtures import ROOT, write_series

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


def test_dates_and_sexes_that_cannot_be_are_left_empty(tmp_path):
    tags = {"StudyDate": b"20120000", "PatientBirthDate": b"00000000", "StudyTime": b"99", "PatientSex": "U"}
    write_series(tmp_path / "ct", shape=(3, 6, 6), **tags)
    study = scan(tmp_path / "ct").studies[0]
    grid = read_volume(study.display_sets[0])
    labels = np.ones(grid.shape, np.uint8)
    wanted = SegmentMap(Volume(labels, grid.affine_lps), (Segment(1, "Liver", (9, 9, 9)),), "Organs")
    path = write_segmentation(wanted, study.display_sets[0], tmp_path / "s.dcm", maker_of(card()))
    d = pydicom.dcmread(path)
    assert [d.StudyDate, d.PatientBirthDate, d.StudyTime, d.PatientSex] == ["", "", "", ""]
    assert np.array_equal(read_segmentation(path).maps[0].labels.voxels, labels)


def test_files_with_frames_of_reference_of_their_own_share_the_first(tmp_path):
    write_series(tmp_path / "ct", shape=(3, 6, 6), FrameOfReferenceUID=lambda k: f"{ROOT}.8.{k}")
    headers = [h for d in scan(tmp_path / "ct").studies[0].display_sets for h in headers_of(d)]
    assert len({h.FrameOfReferenceUID for h in in_one_frame(headers)}) == 1


def test_text_beyond_the_character_set_of_the_pictures_survives(tmp_path):
    tags = {"SpecificCharacterSet": "ISO_IR 100", "PatientName": "Müller^Jürgen"}
    write_series(tmp_path / "ct", shape=(2, 6, 6), **tags)
    (header, _) = headers_of(scan(tmp_path / "ct").studies[0].display_sets[0])
    header.SeriesDescription = "größer · 3 µm ≥ 2"
    again = pydicom.dcmread(keep(header, tmp_path / "k.dcm"))
    assert again.PatientName == "Müller^Jürgen"
    assert again.SeriesDescription == "größer · 3 µm ≥ 2"


@pytest.mark.parametrize(
    ("reader", "written"),
    [("Jane Doe", "Doe^Jane"), ("Doe", "Doe"), ("Doe^Jane", "Doe^Jane"), ("A = B", "B^A"), ("", "")],
)
def test_a_reader_is_written_family_name_first(reader, written):
    assert person_name(reader) == written


def test_a_model_trained_again_is_another_device():
    one, other = maker_of(card("ab" * 32)), maker_of(card("cd" * 32))
    assert one.device_uid != other.device_uid
    assert pydicom.uid.UID(one.device_uid).is_valid
