"""Thick slabs in millimetres."""

import numpy as np
import pytest

from app.viewer.exhibit import volume_exhibit
from app.viewer.look import Plane, Slab
from app.viewer.slab import needed, shares, slab_pixels
from app.viewer.slicing import PictureSlices, slices_of
from inference.imaging.volume import Picture, Volume
from tests.app.viewer.patients import OBLIQUE, affine, placed_volume

RNG = np.random.default_rng(1)


@pytest.fixture
def volume():
    voxels = RNG.integers(-1000, 1000, (12, 9, 7)).astype(np.int16)
    return Volume(voxels, affine(OBLIQUE, spacing=(3.0, 1.0, 2.0)))


def test_a_projection_takes_every_slice_of_which_a_part_lies_inside(volume):
    slices = slices_of(volume)
    inside = [share.index for share in shares(slices, 5, 9.0)]  # 1.5 slices to either side
    assert inside == [4, 5, 6]
    assert np.array_equal(slab_pixels(slices, 5, 9.0, Slab.MAXIMUM), volume.voxels[4:7].max(axis=0))
    assert np.array_equal(slab_pixels(slices, 5, 9.0, Slab.MINIMUM), volume.voxels[4:7].min(axis=0))


def test_a_mean_weighs_by_the_millimetres_inside(volume):
    found = slab_pixels(slices_of(volume), 5, 5.0, Slab.MEAN)  # 3 mm of its own, 1 mm of each neighbour
    expected = (volume.voxels[4] + 3.0 * volume.voxels[5] + volume.voxels[6]) / 5
    assert np.abs(found - expected).max() <= 0.5
    assert found.dtype == np.int16


@pytest.mark.parametrize("slab_mm", [0.0, 1.0, 3.0])
def test_a_slab_no_thicker_than_a_slice_is_the_slice(volume, slab_mm):
    assert np.array_equal(slab_pixels(slices_of(volume), 5, slab_mm, Slab.MEAN), volume.voxels[5])


def test_a_slab_at_the_end_of_a_stack_ends_there(volume):
    found = slab_pixels(slices_of(volume), 0, 9.0, Slab.MAXIMUM)
    assert np.array_equal(found, volume.voxels[:2].max(axis=0))


def test_the_mean_of_a_slab_through_an_even_slope_is_the_slope_itself():
    slices = volume_exhibit(placed_volume(affine(OBLIQUE))).slices(Plane.CORONAL)
    middle = slices.count // 2
    thick, thin = slab_pixels(slices, middle, 7.0, Slab.MEAN), slices.pixels(middle)
    rows, columns = thin.shape
    centre = (slice(rows // 3, 2 * rows // 3), slice(columns // 3, 2 * columns // 3))
    inside = np.abs(thick[centre] - thin[centre]) < 0.05
    assert inside.mean() > 0.5  # the rest lies outside of the volume


def test_a_stack_asks_for_the_pictures_that_its_slab_lacks(volume):
    pictures = {k: Picture(volume.voxels[k], affine_lps=_slice(volume.affine_lps, k)) for k in (4, 5)}
    stack = PictureSlices(12, (9, 7), dict(pictures))
    assert needed(stack, 5, 9.0) == (3, 6)
    stack.pictures[6] = Picture(volume.voxels[6], affine_lps=_slice(volume.affine_lps, 6))
    assert np.array_equal(slab_pixels(stack, 5, 9.0, Slab.MAXIMUM), volume.voxels[4:7].max(axis=0))


def test_what_has_not_been_read_is_nothing():
    assert slab_pixels(PictureSlices(3, (4, 4)), 1, 9.0, Slab.MEAN) is None


def _slice(affine_lps, k):
    moved = affine_lps.copy()
    moved[:3, 3] += k * affine_lps[:3, 0]
    return moved
