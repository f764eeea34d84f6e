"""What leaves as DICOM comes back through our readers, and through highdicom's, as it went in."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from app.report.capture import write_capture
from app.report.content import KeyPicture, Review
from app.report.dicom import write_dicom
from app.report.dicom_source import maker_of
from app.report.parametric_map import write_parametric_map
from app.report.segmentation import write_segmentation
from app.report.structured import write_structured_report
from app.viewer.measurements.measurement import Kind, Measurement, Scale, Site, Space
from explain.attribution import UnitScores
from inference.errors import ExportError
from inference.imaging.objects.measurements import measurements_of
from inference.imaging.objects.parametric_maps import read_map
from inference.imaging.objects.pointing import first_target
from inference.imaging.objects.reports import plain_text, read_report
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_picture, read_volume
from inference.imaging.scan import scan
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from inference.place import Place
from inference.prediction import Decision
from tests.app.report.answers import attribution, card, prediction
from tests.imaging_fixtures import oblique_affine, write_series

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers
RNG = np.random.default_rng(6)
MAKER = maker_of(card())


@pytest.fixture
def source(tmp_path):
    more = {"PatientAge": "040Y", "SpecificCharacterSet": "ISO_IR 192", "StudyID": "7"}
    write_series(tmp_path / "ct", shape=(5, 9, 11), affine=oblique_affine(), **more)
    return scan(tmp_path / "ct").studies[0]


def segment_map(source, numbers=(1, 2, 3)):
    grid = read_volume(source.display_sets[0])
    labels = RNG.integers(0, len(numbers) + 1, grid.shape).astype(np.uint8)
    labels[0] = 0  # an empty slice keeps its place
    segments = tuple(Segment(n, f"Organ {n} \\ é", (200, 40 * n, 90)) for n in numbers)
    return SegmentMap(Volume(labels, grid.affine_lps), segments, "Organs")


def test_a_mask_comes_back_bit_for_bit_where_it_was(tmp_path, source):
    wanted = segment_map(source)
    path = write_segmentation(wanted, source.display_sets[0], tmp_path / "s.dcm", MAKER)
    found = read_segmentation(path)
    assert np.array_equal(found.maps[0].labels.voxels, wanted.labels.voxels)
    assert np.allclose(found.maps[0].labels.affine_lps, wanted.labels.affine_lps, atol=1e-4)
    assert np.allclose([s.rgb for s in found.segments], [s.rgb for s in wanted.segments], atol=1)
    assert found.references.series_uids == (source.display_sets[0].series_uid,)


def test_a_segmentation_names_the_model_and_says_what_it_is_not_for(tmp_path, source):
    path = write_segmentation(segment_map(source), source.display_sets[0], tmp_path / "s.dcm", MAKER)
    d = pydicom.dcmread(path)
    said = d.SegmentSequence[0].SegmentationAlgorithmIdentificationSequence[0]
    assert said.AlgorithmName == card().title
    assert card().weights_sha256 in said.AlgorithmParameters
    assert "not for diagnostic use" in d.SeriesDescription
    assert d.StudyInstanceUID == source.uid
    assert d.SeriesInstanceUID != source.display_sets[0].series_uid


def test_highdicom_reads_the_same_segments(tmp_path, source):
    import highdicom

    wanted = segment_map(source)
    path = write_segmentation(wanted, source.display_sets[0], tmp_path / "s.dcm")
    theirs = highdicom.seg.segread(path)
    assert theirs.segment_numbers == [1, 2, 3]
    assert theirs.SegmentSequence[0].SegmentAlgorithmType == "MANUAL"


def test_a_map_comes_back_to_the_last_bit_of_float32(tmp_path, source):
    display_set = source.display_sets[0]
    affine = oblique_affine() @ np.diag([2.0, 4.0, 4.0, 1.0])
    index = np.argwhere(np.ones((2, 2, 3), bool))[1:]  # one element that the model did not see
    place = Place(display_set.uid, display_set.series_uid, "CT", f"{source.uid}.0", (2, 2, 3), index, affine)
    unit = UnitScores(place, RNG.normal(size=len(index)).astype(np.float32), 1.0)
    path = write_parametric_map(attribution(), unit, display_set, tmp_path / "p.dcm", MAKER)
    found = read_map(path)[0]
    assert np.array_equal(found.values.voxels, unit.dense, equal_nan=True)
    assert np.allclose(found.values.affine_lps, affine, atol=1e-4)
    assert "LIME" in found.quantity
    assert card().weights_sha256[:16] in pydicom.dcmread(path).DerivationDescription


def test_a_map_of_a_loop_is_refused_in_a_sentence(tmp_path, source):
    unit = attribution().units[0]
    moving = UnitScores(replace(unit.place, times_ms=np.zeros(1)), unit.scores, 1.0)
    with pytest.raises(ExportError, match="no place in the patient"):
        write_parametric_map(attribution(), moving, source.display_sets[0], tmp_path / "p.dcm", MAKER)


def test_a_report_says_every_state_score_and_decision(tmp_path, source):
    said = prediction(of=source)
    decided = replace(said.findings[0], decision=Decision.ACCEPTED)
    review = Review(source, replace(said, findings=(decided, *said.findings[1:])), (), (), (), "2026-03-02")
    path = write_structured_report(review, tmp_path / "r.dcm")
    found = read_report(path)
    groups = measurements_of(found)
    assert (found.template, found.verified, found.completed) == ("1500", "unverified", "complete")
    assert [g.title for g in groups] == [f.target.title for f in said.findings]
    assert [g.measured[0].value for g in groups] == pytest.approx([f.score for f in said.findings])
    assert ("Decision of the reader", "accepted") in groups[0].qualities
    text = plain_text(found)
    assert "not for diagnostic use" in text
    assert card().weights_sha256[:40] in text
    assert set(found.references.instance_uids) >= {
        i.sop_instance_uid for i in source.display_sets[0].instances
    }


def test_a_length_leads_back_to_where_it_was_measured(tmp_path, source):
    display_set = source.display_sets[0]
    ends = read_volume(display_set).to_lps_mm(np.array([(2, 3, 4), (2, 5, 8)]))
    site = Site(source.uid, display_set.series_uid, display_set.uid, "CT", display_set.frame_of_reference_uid)
    points = tuple(tuple(map(float, end)) for end in ends)
    length = Measurement("1", Kind.LENGTH, site, Space.PATIENT, points, Scale("mm"))
    review = Review(source, prediction(of=source), (), (), (), "2026-03-02", measurements=(length,))
    found = read_report(write_structured_report(review, tmp_path / "r.dcm"))
    measured = measurements_of(found)[-1].measured[0]
    assert measured.value == pytest.approx(np.linalg.norm(ends[1] - ends[0]))
    assert measured.unit == "mm"
    target = first_target(measured.spots, (source,))
    assert target.picture == 2
    assert np.allclose(target.point_lps_mm, ends.mean(axis=0), atol=1e-3)


def test_everything_is_written_and_what_cannot_be_is_said(tmp_path, source):
    said = attribution(of=source)
    picture = KeyPicture("a.png", "A", "A.", b"not a picture")
    review = Review(source, prediction(of=source), (said,), (), (picture,), "2026-03-02")
    files, left_out = write_dicom(review, tmp_path / "out", (segment_map(source),))
    assert [f.name for f in files] == ["report.dcm", "masks-1.dcm", "map-lime-mass_effect-1.dcm"]
    assert "picture-01.dcm" in left_out[0]
    assert "is not a picture" in (tmp_path / "out" / "dicom" / "left_out.txt").read_text()


def test_a_picture_is_burned_in_and_says_so(tmp_path, source):
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QColor, QImage

    image = QImage(12, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 200, 30))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    picture = KeyPicture("a.png", "A · LIME", "LIME, stroke.", bytes(data))
    path = write_capture(picture, source.display_sets[0], tmp_path / "c.dcm", MAKER)
    d = pydicom.dcmread(path)
    assert (d.BurnedInAnnotation, d.ConversionType) == ("YES", "WSD")
    shown = read_picture(scan(path).studies[0].display_sets[0])
    assert shown.pixels.shape == (8, 12, 3)
    assert tuple(shown.pixels[0, 0]) == (10, 200, 30)


def test_a_header_that_lacks_a_patient_still_gives_an_object(tmp_path):
    bare = dict.fromkeys(
        ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime")
    )
    write_series(tmp_path / "ct", shape=(3, 6, 6), **bare)
    source = scan(tmp_path / "ct").studies[0]
    path = write_segmentation(segment_map(source, (4,)), source.display_sets[0], tmp_path / "s.dcm")
    assert read_segmentation(path).segments[0].number == 1


def test_nothing_is_left_behind_where_writing_fails(tmp_path, source):
    empty = SegmentMap(segment_map(source).labels, (), "")
    with pytest.raises(ExportError):
        write_segmentation(empty, source.display_sets[0], tmp_path / "out" / "s.dcm")
    assert not (tmp_path / "out").exists()
