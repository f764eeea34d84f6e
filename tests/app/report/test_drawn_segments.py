"""Segments that a person drew leave as segmentations that say who drew them and from what."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom import dcmread

from app.painting.boxes import whole
from app.painting.segmentation import DrawnSegment, Segmentation
from app.report.dicom import write_work
from app.report.drawn_segments import write_drawn_segments
from app.workbench.exporting_volume import write_labels
from inference.errors import ExportError
from inference.imaging.nifti import read_nifti
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_volume
from tests.app.report.leaving import ct_study, work_on

pytest.importorskip("highdicom")
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # of highdicom, about our synthetic headers


@pytest.fixture
def study(tmp_path):
    return ct_study(tmp_path / "ct")


def drawn(study):
    """One segment by hand, one copied from a model, one that holds nothing."""
    shown = study.display_sets[0]
    volume = read_volume(shown)
    segments = (
        DrawnSegment(2, "cyst", (200, 90, 90)), DrawnSegment(3, "empty", (1, 2, 3)),
        DrawnSegment(5, "liver", (90, 90, 200), "T3D masks of a model"),
    )  # fmt: skip
    labels = np.zeros(volume.shape, np.uint8)
    labels[1:4, 3:9, 4:10] = 2
    labels[2:5, 12:20, 8:24] = 5
    blank = Segmentation(
        "u", study.uid, shown.uid, shown.series_uid, shown.frame_of_reference_uid, volume.shape,
        volume.affine_lps, "Segments", segments, author="Jane Doe",
    )  # fmt: skip
    return blank.painted(labels, whole(volume.shape)), volume


def test_they_come_back_voxel_by_voxel_in_their_place(study, tmp_path):
    made, volume = drawn(study)
    found = read_segmentation(write_drawn_segments(made, study.display_sets[0], tmp_path / "s.dcm"))
    assert [s.name for s in found.segments] == ["cyst", "liver"]
    for number, own in ((1, 2), (2, 5)):
        again = found.map_of(number)
        assert again.volumes_ml[number] == pytest.approx(made.volumes_ml[own])
        index = np.argwhere(made.labels() == own)
        assert np.allclose(again.centre_lps_mm(number), volume.to_lps_mm(index.mean(axis=0)), atol=1e-3)


def test_what_was_copied_from_a_model_says_so(study, tmp_path):
    made, _volume = drawn(study)
    path = write_drawn_segments(made, study.display_sets[0], tmp_path / "s.dcm", "Jane Doe")
    dataset = dcmread(path)
    cyst, liver = dataset.SegmentSequence
    assert (cyst.SegmentAlgorithmType, liver.SegmentAlgorithmType) == ("MANUAL", "SEMIAUTOMATIC")
    assert "SegmentAlgorithmName" not in cyst
    assert liver.SegmentAlgorithmName == "T3D masks of a model"
    assert liver.SegmentDescription == "edited by Jane Doe, copied from T3D masks of a model"
    assert str(dataset.ContentCreatorName) == "Doe^Jane"


def test_where_nothing_is_drawn_nothing_is_written(study, tmp_path):
    made, volume = drawn(study)
    blank = made.painted(np.zeros(volume.shape, np.uint8), whole(volume.shape))
    with pytest.raises(ExportError, match="No segment"):
        write_drawn_segments(blank, study.display_sets[0], tmp_path / "s.dcm")
    files, left_out = write_work(replace(work_on(study), segments=(blank,)), tmp_path / "out")
    assert "segments-1.dcm" not in [f.name for f in files]
    assert left_out == []


def test_they_leave_with_the_rest_of_a_readers_work(study, tmp_path):
    made, _volume = drawn(study)
    files, left_out = write_work(replace(work_on(study), segments=(made,)), tmp_path / "out")
    assert "segments-1.dcm" in [f.name for f in files]
    assert left_out == []


def test_labels_leave_as_nifti_with_a_table_of_names(study, tmp_path):
    made, volume = drawn(study)
    write_labels(made, tmp_path / "labels.nii.gz")
    again = read_nifti(tmp_path / "labels.nii.gz")
    for number in (2, 5):
        there = again.to_lps_mm(np.argwhere(again.voxels == number).mean(axis=0))
        here = volume.to_lps_mm(np.argwhere(made.labels() == number).mean(axis=0))
        assert np.allclose(there, here, atol=1e-3)
        assert (again.voxels == number).sum() == made.counts[number]
    table = (tmp_path / "labels.csv").read_text("utf-8-sig").splitlines()
    assert table[0] == "number,name,volume_ml,copied_from"
    assert table[3].startswith("5,liver,")
