"""States of a segmentation share what they have in common, and count as one would count by hand."""

import numpy as np
import pytest

from app.painting.boxes import Box, whole
from app.painting.bricks import differing
from app.painting.canvas import Canvas
from app.painting.plain import from_plain, to_bytes, to_plain
from app.painting.segmentation import DrawnSegment
from tests.app.painting.grids import SHAPE, empty


def drawn():
    labels = np.zeros(SHAPE, np.uint8)
    labels[2:7, 10:69, 60:100] = 1
    labels[0, :5, 120:] = 2
    return empty().painted(labels, whole(SHAPE)), labels


def test_labels_come_back_and_are_counted():
    found, labels = drawn()
    assert np.array_equal(found.labels(), labels)
    assert [found.counts[n] for n in (1, 2)] == [(labels == n).sum() for n in (1, 2)]
    voxel_ml = abs(np.linalg.det(found.affine_lps[:3, :3])) / 1000
    assert found.volumes_ml[1] == pytest.approx((labels == 1).sum() * voxel_ml)


def test_a_stroke_replaces_only_the_bricks_that_it_touched():
    before, labels = drawn()
    labels[3, 12:14, 70:72] = 0
    after = before.painted(labels, Box((3, 12, 70), (4, 14, 72)))
    assert differing(before.bricks, after.bricks) == {(0, 0, 1)}
    assert after.counts[1] == before.counts[1] - 4


def test_a_stroke_that_changes_nothing_is_the_same_state():
    before, labels = drawn()
    assert before.painted(labels, whole(SHAPE)) is before


def test_a_brick_cannot_be_changed_from_outside():
    found, labels = drawn()
    brick = next(iter(found.bricks.values()))
    with pytest.raises(ValueError, match="read-only"):
        brick[0, 0, 0] = 9
    labels[:] = 9
    assert found.labels().max() == 2


def test_a_canvas_goes_back_and_forth_between_states_and_says_where():
    before, labels = drawn()
    canvas = Canvas(before)
    box = Box((4, 20, 20), (6, 30, 30))
    canvas.labels[box.slices] = 2
    canvas.touch(box)
    after = canvas.finished()
    assert after.counts[2] == before.counts[2] + 200
    shown = canvas.show(before)
    assert np.array_equal(canvas.labels, labels)
    assert all(low <= own for low, own in zip(shown.low, box.low, strict=True))
    canvas.show(after)
    assert np.array_equal(canvas.labels, after.labels())
    assert canvas.show(after) is None


def test_a_stroke_that_was_not_finished_is_given_up():
    before, labels = drawn()
    canvas = Canvas(before)
    canvas.labels[0, 0, :3] = 1
    canvas.touch(Box((0, 0, 0), (1, 1, 3)))
    canvas.show(before)
    assert np.array_equal(canvas.labels, labels)
    assert canvas.finished() is before


def test_the_cut_map_lies_where_the_whole_one_does():
    found, _labels = drawn()
    small, large = found.segment_map(), found.segment_map(whole=True)
    assert small.labels.voxels.size < large.labels.voxels.size
    assert np.allclose(small.centre_lps_mm(1), large.centre_lps_mm(1))
    assert small.volumes_ml == pytest.approx(large.volumes_ml)
    assert small.volumes_ml == pytest.approx(found.volumes_ml)


def test_an_empty_segmentation_has_a_map_without_voxels():
    assert empty().segment_map().volumes_ml == {1: 0.0, 2: 0.0}


def test_a_segment_goes_with_its_voxels_and_its_number_is_free_again():
    found, labels = drawn()
    left = found.without_segment(1)
    assert np.array_equal(left.labels(), np.where(labels == 1, 0, labels))
    assert [s.number for s in left.segments] == [2]
    assert left.free_number == 1
    assert left.with_segment(DrawnSegment(1, "new", (1, 2, 3))).segment(1).name == "new"


def test_it_comes_back_from_plain_values_and_bytes():
    found, labels = drawn()
    again = from_plain(to_plain(found), to_bytes(found))
    assert to_plain(again) == to_plain(found)
    assert np.array_equal(again.labels(), labels)
    assert again.volumes_ml == found.volumes_ml
    blank = from_plain(to_plain(empty()), to_bytes(empty()))
    assert not blank.labels().any()


@pytest.mark.parametrize("packed", [b"", b"PK\x03\x04", to_bytes(drawn()[0])[:-40]])
def test_damaged_labels_are_refused(packed):
    with pytest.raises(ValueError, match=r"damaged|no data|pickled"):
        from_plain(to_plain(empty()), packed)
