"""A segmentation shows the voxels that its file marks, where the file says that they lie."""

import numpy as np
import pytest

from inference.errors import FileError, PixelError
from inference.imaging.objects.references import bind
from inference.imaging.objects.reports import read_report
from inference.imaging.objects.segmentations import read_fractions, read_segmentation
from inference.imaging.scan import scan
from tests.imaging_fixtures import axial_affine, oblique_affine, write_series
from tests.inference.imaging.objects.object_files import segmentation

RNG = np.random.default_rng(5)


def masks(count, shape=(5, 7)):
    return RNG.integers(0, 2, (count, *shape)).astype(np.uint8)


def test_bits_come_back_exactly_although_frames_do_not_start_at_a_byte(tmp_path):
    pictures = masks(3)
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(1, k, p) for k, p in enumerate(pictures)]))
    assert np.array_equal(found.maps[0].mask(1), pictures.astype(bool))
    assert found.warnings == ()


def test_frames_in_any_order_lie_where_they_say(tmp_path):
    pictures, affine = masks(4), oblique_affine()
    order = [2, 0, 3, 1]
    path = segmentation(tmp_path / "s.dcm", [(1, k, pictures[k]) for k in order], affine=affine)
    found = read_segmentation(path).maps[0]
    assert np.array_equal(found.mask(1), pictures.astype(bool))
    assert np.allclose(found.labels.affine_lps, affine, atol=1e-5)


@pytest.mark.parametrize("spaced", [True, False])
def test_slices_that_were_left_out_are_empty_and_the_others_keep_their_places(tmp_path, spaced):
    pictures = masks(3)
    frames = list(zip((1, 1, 1), (0, 1, 4), pictures, strict=True))
    found = read_segmentation(segmentation(tmp_path / "s.dcm", frames, spaced=spaced)).maps[0]
    assert found.labels.shape == (5, 5, 7)
    assert not found.mask(1)[2:4].any()
    assert np.array_equal(found.mask(1)[4], pictures[2].astype(bool))


def test_segments_that_overlap_are_each_whole(tmp_path):
    first, second = masks(2), masks(2)
    frames = [(1, 0, first[0]), (2, 0, second[0]), (1, 1, first[1]), (2, 1, second[1])]
    found = read_segmentation(segmentation(tmp_path / "s.dcm", frames))
    assert len(found.maps) == 2
    assert np.array_equal(found.map_of(1).mask(1), first.astype(bool))
    assert np.array_equal(found.map_of(2).mask(2), second.astype(bool))


def test_segments_apart_share_one_map(tmp_path):
    first = masks(1)[0]
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(3, 0, first), (700, 0, 1 - first)]))
    assert len(found.maps) == 1
    assert [s.number for s in found.segments] == [3, 700]
    assert found.maps[0].labels.voxels.dtype == np.uint16


def test_a_fraction_of_half_and_more_is_inside(tmp_path):
    shares = np.array([[[0, 99, 100], [101, 200, 1]]], np.uint8)
    path = segmentation(tmp_path / "s.dcm", [(1, 0, shares[0])], kind="FRACTIONAL")
    found = read_segmentation(path)
    assert found.kind == "fractional (probability)"
    assert np.array_equal(found.maps[0].mask(1), shares >= 100)
    assert np.allclose(read_fractions(path, 1).voxels, shares / 200)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_labelmap_gives_its_numbers_and_no_background(tmp_path, dtype):
    labels = RNG.integers(0, 4, (2, 5, 7)).astype(dtype)
    path = segmentation(tmp_path / "s.dcm", [(0, k, p) for k, p in enumerate(labels)], kind="LABELMAP")
    found = read_segmentation(path)
    assert np.array_equal(found.maps[0].labels.voxels, labels)
    assert [s.number for s in found.segments] == [1, 2, 3]


def test_a_number_that_no_segment_has_is_shown_and_named_by_itself(tmp_path):
    labels = np.full((1, 5, 7), 9, np.uint8)
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(0, 0, labels[0])], kind="LABELMAP"))
    assert "Segment 9" in [s.name for s in found.segments]


def test_volumes_are_voxels_times_their_size(tmp_path):
    picture = np.zeros((5, 7), np.uint8)
    picture[1:3, 2:5] = 1
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(1, 0, picture)])).maps[0]
    assert found.volumes_ml[1] == pytest.approx(6 * 2.0 * 0.8 * 0.5 / 1000)


def test_it_is_bound_to_the_series_that_it_names(tmp_path):
    write_series(tmp_path / "ct", shape=(6, 5, 7))
    write_series(tmp_path / "other", series="2", shape=(3, 5, 7))
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(1, 0, masks(1)[0])]))
    binding = bind(found.references, scan(tmp_path).studies)
    assert binding.targets[0].series_uid == found.references.series_uids[0]
    assert binding.words == ""


def test_pictures_that_are_not_there_are_said_to_be_missing(tmp_path):
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(1, 0, masks(1)[0])]))
    assert "not in the open study" in bind(found.references, scan(tmp_path).studies).words


def test_one_that_refers_to_nothing_is_laid_over_nothing(tmp_path):
    more = {"ReferencedSeriesSequence": None, "FrameOfReferenceUID": None}
    found = read_segmentation(segmentation(tmp_path / "s.dcm", [(1, 0, masks(1)[0])], **more))
    assert found.maps[0].series_uid
    assert "does not say" in bind(found.references, ()).words


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"SharedFunctionalGroupsSequence": None}, "where its frames lie"),
        ({"PerFrameFunctionalGroupsSequence": None}, "where its frames lie"),
        ({"SegmentationType": "OTHER"}, "unknown type"),
        ({"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "is not a segmentation"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(tmp_path, more, words):
    path = segmentation(tmp_path / "s.dcm", [(1, 0, masks(1)[0])], **more)
    with pytest.raises(FileError, match=words) as caught:
        read_segmentation(path)
    assert caught.value.hint


def test_places_a_kilometre_apart_claim_no_memory(tmp_path):
    affine = axial_affine()
    affine[2, 0] = 1e-2
    frames = [(1, k, np.ones((512, 512), np.uint8)) for k in (0, 1, 100_000_000)]
    with pytest.raises(FileError, match="more than can be opened"):
        read_segmentation(segmentation(tmp_path / "s.dcm", frames, affine=affine))


def test_a_file_without_its_end_is_refused(tmp_path):
    path = segmentation(tmp_path / "s.dcm", [(1, k, p) for k, p in enumerate(masks(3, (64, 64)))])
    path.write_bytes(path.read_bytes()[:-1100])
    with pytest.raises(PixelError, match="cut short"):
        read_segmentation(path)


def test_real_segments_are_those_that_highdicom_reads(shared_data):
    highdicom = pytest.importorskip("highdicom")
    path = shared_data / "objects" / "seg_liver_ct" / "partial_overlaps_seg.dcm"
    theirs = highdicom.seg.segread(path)
    found = read_segmentation(path)
    for segment in found.segments:
        volume = theirs.get_volume(segment_numbers=[segment.number], combine_segments=False).array
        upwards = volume[::-1, ..., 0]  # theirs counts slices from the head down
        assert np.array_equal(found.map_of(segment.number).mask(segment.number), upwards > 0)


def test_the_volume_of_a_real_tumour_is_the_one_in_its_report(shared_data):
    folder = shared_data / "objects" / "sr_tid1500"
    found = read_segmentation(folder / "seg.dcm").maps[0]
    stated = [item.number for item in read_report(folder / "sr.dcm").content.walk() if item.title == "Volume"]
    assert found.volumes_ml[1] == pytest.approx(stated[0], abs=1e-3)
