"""What has to be resampled is there at once coarsely, and with every pixel once nothing moves."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from app.viewer.exhibit import volume_exhibit
from app.viewer.look import Look, Oblique, Plane, Slab
from app.viewer.resampling import AT_ONCE, Wanted, coarse, is_small, whole
from app.viewer.slab import slab_pixels
from app.viewer.slice_view import SliceView
from app.viewer.slicing import slices_of
from inference.imaging.study import Window
from tests.app.viewer.patients import SLOPE, affine, placed_volume

TURN = Rotation.from_euler("xyz", (10, 20, 30), degrees=True).as_matrix()


def cut(volume):
    middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
    return Oblique(*(tuple(axis) for axis in TURN.T), tuple(middle), Plane.AXIAL)


@pytest.fixture(scope="module")
def large():
    return placed_volume(affine(Rotation.identity(), (2.0, 0.5, 0.5)), (40, 200, 220))


@pytest.mark.parametrize("slab", list(Slab))
@pytest.mark.parametrize("slab_mm", [0.0, 4.0])
def test_in_short_steps_it_is_what_it_is_in_one(upright, slab_mm, slab):
    slices = slices_of(upright, cut(upright))
    index = slices.count // 2
    assert np.array_equal(
        whole(Wanted((), slices, index, slab_mm, slab)), slab_pixels(slices, index, slab_mm, slab)
    )


def test_what_became_stale_is_not_finished(large):
    asked = []

    def is_stale():
        asked.append(1)
        return len(asked) > 3

    assert whole(Wanted((), slices_of(large, cut(large)), 30), is_stale) is None
    assert len(asked) == 4


def test_a_coarse_picture_lies_where_the_fine_one_does(large):
    slices = slices_of(large, cut(large))
    index = slices.count // 2
    pixels, times = coarse(Wanted((), slices, index))
    assert pixels.size <= AT_ONCE * 1.1
    plane = slices.coarser(times).plane(index)
    rows, columns = np.meshgrid(*map(np.arange, pixels.shape), indexing="ij")
    points = plane.to_lps_mm(np.stack([rows, columns], axis=-1))
    inside = np.all([(i >= 0) & (i <= n - 1) for i, n in zip(
        np.moveaxis(large.to_index(points), -1, 0), large.shape, strict=True)], axis=0)  # fmt: skip
    assert inside.sum() > 1000
    assert np.allclose(pixels[inside], (points @ SLOPE)[inside], atol=1e-2)
    fine, corner = slices.plane(index), plane.to_lps_mm(np.array([-0.5, -0.5]))
    assert np.allclose(fine.to_lps_mm(np.array([-0.5, -0.5])), corner)


def test_a_view_shows_a_coarse_picture_first_and_every_pixel_at_rest(qtbot, large):
    exhibit = volume_exhibit(large)
    window = Window(float(large.voxels.mean()), float(np.ptp(large.voxels)))
    view = SliceView(exhibit, Look(cut(large), 0, window))
    qtbot.addWidget(view)
    view.resize(400, 400)
    view.go_to(large.to_lps_mm((np.array(large.shape) - 1) / 2))
    wanted = Wanted((), view.slices, view.look.slice_index)
    assert not is_small(wanted)
    first = view.slice_picture.image(exhibit, view.look)
    assert view.slice_picture.is_coarse
    assert view.slice_picture.pixels(exhibit, view.look) is None
    assert first.width() < view.plane.shape[1]
    qtbot.waitUntil(lambda: view.slice_picture.pixels(exhibit, view.look) is not None)
    assert np.array_equal(view.slice_picture.pixels(exhibit, view.look), whole(wanted))
    assert not view.slice_picture.is_coarse
    assert view.slice_picture.image(exhibit, view.look).width() == view.plane.shape[1]


def test_a_picture_seen_before_is_there_again_at_once(qtbot, large):
    exhibit = volume_exhibit(large)
    view = SliceView(exhibit, Look(cut(large), 40))
    qtbot.addWidget(view)
    picture = view.slice_picture
    picture.image(exhibit, view.look)
    qtbot.waitUntil(lambda: picture.pixels(exhibit, view.look) is not None)
    look = view.look
    view.adjust(slice_index=41)
    assert picture.pixels(exhibit, view.look) is None
    assert picture.pixels(exhibit, look) is not None


def test_a_slice_passes_through_the_point_that_a_plane_was_turned_about(upright):
    point = upright.to_lps_mm(np.array([4.3, 7.9, 11.2]))
    turned = Oblique(*(tuple(axis) for axis in TURN.T), tuple(point), Plane.AXIAL)
    slices = slices_of(upright, turned)
    heights = [abs(slices.plane(k).to_pixels(point)[2]) for k in range(slices.count)]
    assert min(heights) < 1e-9
