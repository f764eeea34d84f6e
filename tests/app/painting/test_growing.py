"""What is grown is joined to the seed and lies in the range; what is filled lies between."""

from dataclasses import replace

import numpy as np
import pytest

from app.painting.between import filled_between
from app.painting.brush import Limits
from app.painting.copying import copied
from app.painting.growing import grown, limits_round
from inference.errors import NotApplicableError
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.painting.grids import SHAPE, empty, turned


@pytest.fixture
def two_balls():
    """Two bright boxes that do not touch, and a bridge of one voxel between one of them and a third."""
    voxels = np.zeros(SHAPE, np.int16)
    voxels[2:5, 20:30, 20:30] = 100
    voxels[2:5, 40:50, 20:30] = 100
    voxels[3, 25, 30:34] = 100
    voxels[3, 20:30, 34:40] = 100
    return Volume(voxels, turned(), "HU")


def spread(box, mask):
    whole = np.zeros(SHAPE, bool)
    whole[box.slices] = mask
    return whole


def test_a_region_is_what_is_joined_to_the_seed_and_no_more(two_balls):
    found = spread(*grown(two_balls, two_balls.to_lps_mm([3, 25, 22]), Limits(50, 150), 40.0))
    expected = two_balls.voxels == 100
    expected[:, 40:50] = False
    assert np.array_equal(found, expected)


def test_a_region_is_bounded(two_balls):
    seed = two_balls.to_lps_mm([3, 25, 22])
    found = spread(*grown(two_balls, seed, Limits(50, 150), 5.0))
    far = np.linalg.norm(two_balls.to_lps_mm(np.argwhere(found)) - seed, axis=1)
    assert 0 < found.sum() < 300
    assert far.max() <= 5.0 + 1e-3


def test_a_seed_outside_the_range_is_refused_in_words(two_balls):
    with pytest.raises(NotApplicableError, match="outside the range") as told:
        grown(two_balls, two_balls.to_lps_mm([3, 5, 5]), Limits(50, 150), 20.0)
    assert told.value.hint


def test_a_seed_beside_the_volume_is_refused(two_balls):
    with pytest.raises(NotApplicableError, match="no voxel"):
        grown(two_balls, two_balls.to_lps_mm([3, -500, 5]), None, 20.0)


def test_without_limits_the_range_is_that_round_the_seed():
    voxels = np.random.default_rng(0).normal(60, 4, SHAPE)
    found = limits_round(voxels, (4, 20, 20))
    near = voxels[3:6, 18:23, 18:23]
    assert (found.low, found.high) == pytest.approx(
        (near.mean() - 2.5 * near.std(), near.mean() + 2.5 * near.std()), rel=0.05
    )
    assert found.low <= voxels[4, 20, 20] <= found.high


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_between_two_squares_are_squares_between_them(axis):
    mask = np.zeros((11, 11, 11), bool)
    mask[:] = False
    at = np.moveaxis(mask, axis, 0)
    at[2, 4:7, 4:7] = True
    at[6, 2:9, 2:9] = True
    box, added = filled_between(mask, axis, (1.0, 1.0, 1.0))
    whole = np.zeros_like(mask)
    whole[box.slices] = added
    seen = np.moveaxis(whole, axis, 0)
    assert seen.any(axis=(1, 2)).tolist() == [3 <= n <= 5 for n in range(11)]
    assert 9 <= seen[3].sum() <= seen[4].sum() <= seen[5].sum() <= 49
    assert np.array_equal(seen[4], seen[4].T)
    assert seen[4, 3:8, 3:8].sum() == seen[4].sum() >= 21  # about halfway from 3 to 7


def test_nothing_lies_between_slices_that_touch():
    mask = np.zeros((5, 6, 7), bool)
    assert filled_between(mask, 0, (1, 1, 1))[0].is_empty
    mask[1:4, 2:4, 2:4] = True
    assert not filled_between(mask, 0, (1, 1, 1))[1].any()


def test_a_copy_says_what_it_was_copied_from_and_lies_where_the_original_does():
    coarse = turned()
    coarse[:3, :3] = coarse[:3, :3] * (1.0, 2.0, 2.0)
    labels = np.zeros((9, 35, 65), np.uint16)
    labels[2:6, 10:20, 10:20] = 7
    segments = (Segment(7, "liver", (9, 8, 7)),)
    model = SegmentMap(Volume(labels, coarse), segments, "T3D masks")
    found, shared = copied(replace(empty(), segments=()), [model], "T3D 1.0")
    assert shared == 0
    assert [(s.number, s.name, s.source) for s in found.segments] == [(1, "liver", "T3D 1.0")]
    assert found.sources == ("T3D 1.0",)
    assert found.volumes_ml[1] == pytest.approx(model.volumes_ml[7], rel=0.02)
    assert np.allclose(found.segment_map().centre_lps_mm(1), model.centre_lps_mm(7), atol=0.6)
    assert labels.max() == 7


def test_voxels_of_two_segments_stay_with_the_first_and_are_counted():
    one, two = (np.zeros(SHAPE, np.uint8) for _ in range(2))
    one[1:4, 5:20, 5:20] = 1
    two[1:4, 10:30, 5:20] = 1
    maps = [
        SegmentMap(Volume(labels, turned()), (Segment(1, name, (1, 2, 3)),))
        for labels, name in ((one, "a"), (two, "b"))
    ]
    found, shared = copied(replace(empty(), segments=()), maps, "a file")
    assert shared == 3 * 10 * 15
    assert np.array_equal(found.labels() == 1, one > 0)
    assert np.array_equal(found.labels() == 2, (two > 0) & (one == 0))
