"""A picture holds what lies at its place."""

import numpy as np
import pytest

from app.viewer.look import Plane, Slab
from app.viewer.slicing import IndexSlices, ObliqueSlices, PictureSlices, nearest_slice, slices_of
from inference.imaging.volume import Picture
from tests.app.viewer.patients import OBLIQUE, SLOPE, affine, placed_volume

PLANES = list(Plane)


def places(plane):
    rows, columns = plane.shape
    return plane.to_lps_mm(np.stack(np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij"), axis=-1))


@pytest.mark.parametrize("plane", PLANES)
def test_a_picture_of_an_upright_volume_holds_what_lies_at_its_place(upright, plane):
    slices = slices_of(upright, plane)
    assert isinstance(slices, IndexSlices)
    for index in (0, slices.count // 2, slices.count - 1):
        assert np.allclose(slices.pixels(index), places(slices.plane(index)) @ SLOPE, atol=1e-3)


@pytest.mark.parametrize("plane", PLANES[1:])
def test_a_picture_of_an_oblique_volume_holds_what_lies_at_its_place(oblique, plane):
    slices = slices_of(oblique, plane)
    assert isinstance(slices, ObliqueSlices)
    index = slices.count // 2
    points = places(slices.plane(index))
    voxel = oblique.to_index(points)
    inside = np.all((voxel >= 0) & (voxel <= np.array(oblique.shape) - 1), axis=-1)
    assert inside.sum() > 50
    assert np.allclose(slices.pixels(index)[inside], (points @ SLOPE)[inside], atol=1e-2)


def test_beside_an_oblique_volume_there_is_its_padding():
    volume = placed_volume(affine(OBLIQUE))
    slices = slices_of(type(volume)(volume.voxels, volume.affine_lps, padding=-2000.0), Plane.AXIAL)
    assert slices.pixels(0)[0, 0] == -2000


@pytest.mark.parametrize("flip", [(0,), (1,), (2,), (0, 1, 2)])
def test_a_volume_stored_backwards_gives_the_same_cut(upright, flip):
    matrix = upright.affine_lps.copy()
    for axis in flip:
        matrix[:3, 3] += (upright.shape[axis] - 1) * matrix[:3, axis]
        matrix[:3, axis] *= -1
    backwards = type(upright)(np.flip(upright.voxels, flip), matrix)
    for plane in PLANES[1:]:
        one, other = slices_of(upright, plane), slices_of(backwards, plane)
        assert np.array_equal(one.pixels(3), other.pixels(3))
        assert np.allclose(one.plane(3).to_lps_mm([2, 5]), other.plane(3).to_lps_mm([2, 5]))


@pytest.mark.parametrize(
    ("plane", "across", "down"),
    [(Plane.AXIAL, (1, 0, 0), (0, 1, 0)), (Plane.CORONAL, (1, 0, 0), (0, 0, -1)),
     (Plane.SAGITTAL, (0, 1, 0), (0, 0, -1))],
)  # fmt: skip
def test_cuts_hang_as_in_a_reading_room(oblique, plane, across, down):
    shown = slices_of(oblique, plane).plane(0)
    assert np.allclose(shown.across_lps_mm / np.linalg.norm(shown.across_lps_mm), across)
    assert np.allclose(shown.down_lps_mm / np.linalg.norm(shown.down_lps_mm), down)


def test_index_slices_do_not_copy_the_voxels(upright):
    for plane in PLANES:
        assert np.shares_memory(slices_of(upright, plane).pixels(2), upright.voxels)


@pytest.mark.parametrize(
    ("slab", "reduce"), [(Slab.MEAN, np.mean), (Slab.MAXIMUM, np.max), (Slab.MINIMUM, np.min)]
)
def test_a_slab_reduces_the_slices_within_its_thickness(upright, slab, reduce):
    thick = slices_of(upright).pixels(5, slab_mm=6.0, slab=slab)  # 3 mm apart: slices 4, 5 and 6
    assert np.allclose(thick, reduce(upright.voxels[4:7], axis=0), atol=1e-3)


@pytest.mark.parametrize("plane", PLANES)
def test_the_nearest_slice_of_a_point_on_a_slice_is_that_slice(oblique, plane):
    slices = slices_of(oblique, plane)
    for index in (0, 4, slices.count - 1):
        assert nearest_slice(slices, slices.plane(index).centre_lps_mm) == index


def test_a_point_beyond_the_stack_finds_its_last_slice(upright):
    assert nearest_slice(slices_of(upright), np.array([0, 0, 1e4])) == upright.shape[0] - 1


def test_a_picture_that_has_not_been_read_is_none():
    slices = PictureSlices(3, (4, 5), {1: Picture(np.zeros((4, 5)))})
    assert slices.pixels(0) is None
    assert slices.pixels(1).shape == (4, 5)
    assert not slices.plane(1).calibrated
