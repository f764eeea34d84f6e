"""A brush covers what lies within its radius of its way, counted voxel by voxel."""

from dataclasses import replace

import numpy as np
import pytest

from app.painting.brush import LARGEST_MM, SMALLEST_MM, Brush, Limits, Sweep, covered, erase, paint, wider
from tests.app.painting.grids import SHAPE, turned, volume


def by_hand(affine, shape, sweep):
    """Every voxel by itself: distance of its centre from the way; of a disc, within its plane."""
    centres = np.argwhere(np.ones(shape)) @ affine[:3, :3].T + affine[:3, 3]
    way = sweep.end - sweep.start
    share = np.clip((centres - sweep.start) @ way / (way @ way or 1.0), 0, 1)
    off = centres - sweep.start - share[:, None] * way
    if sweep.normal is None:
        inside = np.linalg.norm(off, axis=1) <= sweep.radius_mm
    else:
        ahead = off @ sweep.normal
        thick = np.abs(affine[:3, :3].T @ sweep.normal).sum() / 2
        flat = np.linalg.norm(off - ahead[:, None] * sweep.normal, axis=1)
        inside = (flat <= sweep.radius_mm) & (np.abs(ahead) <= thick)
    return inside.reshape(shape)


def spread(box, mask, shape):
    whole = np.zeros(shape, bool)
    whole[box.slices] = mask
    return whole


def lps(*index):
    affine = turned()
    return affine[:3, :3] @ np.array(index, float) + affine[:3, 3]


ALONG = turned()[:3, 0] / np.linalg.norm(turned()[:3, 0])
ASKEW = np.array([0.48, 0.6, 0.64])


@pytest.mark.parametrize("normal", [None, ALONG, ASKEW])
@pytest.mark.parametrize("end", [(4.0, 30.2, 40.7), (4.0, 44.0, 90.0)])
def test_a_brush_covers_exactly_what_lies_within_its_radius_of_its_way(normal, end):
    start, stop = lps(4.0, 30.2, 40.7), lps(*end)
    if normal is not None:
        stop = stop - ((stop - start) @ normal) * normal
    sweep = Sweep(start, stop, 6.3, normal)
    found = spread(*covered(turned(), SHAPE, sweep), SHAPE)
    expected = by_hand(turned(), SHAPE, sweep)
    for place in (start, stop):
        index = np.floor((np.linalg.inv(turned()) @ [*place, 1])[:3] + 0.5).astype(int)
        if np.all(index >= 0) and np.all(index < SHAPE):
            expected[tuple(index)] = True
    assert np.array_equal(found, expected)


def test_a_disc_on_a_slice_stays_on_it():
    box, mask = covered(turned(), SHAPE, Sweep(lps(5, 20, 20), lps(5, 20, 60), 9.0, ALONG))
    assert np.unique(np.nonzero(spread(box, mask, SHAPE))[0]).tolist() == [5]


def test_the_smallest_brush_paints_the_voxel_under_it():
    spot = lps(3.2, 10.4, 10.4)
    assert spread(*covered(turned(), SHAPE, Sweep(spot, spot, 0.01)), SHAPE).sum() == 1


def test_a_brush_beside_the_volume_covers_nothing():
    far = lps(3, -400, 10)
    box, mask = covered(turned(), SHAPE, Sweep(far, far, 5.0))
    assert box.is_empty
    assert not mask.any()


@pytest.fixture
def scene():
    labels = np.zeros(SHAPE, np.uint8)
    labels[:, :, 50:] = 2
    part = covered(turned(), SHAPE, Sweep(lps(4, 30, 50), lps(4, 30, 50), 8.0, ALONG))
    return labels, volume().voxels, part


def test_paint_leaves_other_segments_unless_it_goes_over_them(scene):
    labels, values, part = scene
    before = labels.copy()
    assert paint(labels, values, part, 1, Brush())
    assert np.array_equal(labels == 2, before == 2)
    assert paint(labels, values, part, 1, Brush(over=True))
    assert np.array_equal(labels == 1, spread(*part, SHAPE))


def test_paint_within_a_range_takes_only_values_of_that_range(scene):
    labels, values, part = scene
    paint(labels, values, part, 1, Brush(limits=Limits(-5, 12), over=True))
    expected = spread(*part, SHAPE) & (values >= -5) & (values <= 12)
    assert np.array_equal(labels == 1, expected)


def test_the_eraser_takes_from_its_own_segment_only(scene):
    labels, values, part = scene
    before = labels.copy()
    assert not erase(labels, values, part, 1, Brush())
    assert np.array_equal(labels, before)
    assert erase(labels, values, part, 2, Brush())
    assert np.array_equal(labels == 2, (before == 2) & ~spread(*part, SHAPE))


def test_not_a_number_lies_in_no_range():
    assert Limits(-1, 1).holds(np.array([np.nan, 0.0, 2.0])).tolist() == [False, True, False]


def test_the_wheel_changes_the_radius_between_its_ends_and_back():
    assert wider(5.0, 3) > wider(5.0, 1) > 5.0 > wider(5.0, -1)
    assert wider(SMALLEST_MM, -3) == SMALLEST_MM
    assert wider(LARGEST_MM, 3) == LARGEST_MM
    assert wider(SMALLEST_MM, 1) > SMALLEST_MM


def test_a_brush_is_a_value():
    assert replace(Brush(), radius_mm=5.0) == Brush()
