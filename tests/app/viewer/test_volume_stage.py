"""What the scene of a volume renders: the crop box, the ways of blending, half resolution, maps."""

import numpy as np
import pytest

from app.overlays import OverlayMode
from app.viewer.camera import Camera, Projection
from app.viewer.clip_plane import ClipPlane, part_of
from app.viewer.crop_box import whole_box
from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.map_in_space import map_in_space
from app.viewer.volume_presets import preset_called
from app.viewer.volume_request import Detail, VolumeRequest
from app.viewer.volume_stage import VolumeStage
from app.viewer.volume_view import ball_round
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.app.viewer.patients import OBLIQUE, UPRIGHT, affine, explanation, study_of
from tests.app.viewer.test_volume_view import head

SIZE = (160, 160)

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.fixture(scope="module")
def volume():
    return head(affine(OBLIQUE))


@pytest.fixture(scope="module")
def stage(volume):
    made = VolumeStage(volume, *ball_round(volume))
    yield made
    made.close()


def drawn(stage, preset, **more):
    asked = VolumeRequest(more.pop("camera", Camera()), preset_called(preset), SIZE, Detail.FULL, **more)
    picture = stage.render(asked, lambda: False)
    return image_to_array(picture.image)[..., :3].astype(int), picture


def test_nothing_outside_the_box_is_rendered(stage, volume):
    whole = whole_box(volume)
    middle = whole.side_lps_mm(0, high=True)[2]
    upper = whole.moved(2, middle, high=False, within=whole)
    full, _ = drawn(stage, "ct_bone")
    cut, _ = drawn(stage, "ct_bone", crop=upper)
    y = Projection(Camera(), *ball_round(volume), SIZE).to_screen(upper.side_lps_mm(2, high=False))[1]
    below = round(y) + 3
    assert full[below:].max() > 60
    assert cut[below:].max() == 0
    assert cut[: below - 6].max() > 60
    again, _ = drawn(stage, "ct_bone")
    assert np.abs(again - full).mean() < 1


@pytest.mark.parametrize("preset", ["ct_mip", "ct_minip", "ct_average"])
def test_a_box_crops_every_way_of_blending(stage, volume, preset):
    whole = whole_box(volume)
    left = whole.moved(0, whole.side_lps_mm(1, high=True)[0], high=False, within=whole)
    cut, _ = drawn(stage, preset, crop=left)
    x = Projection(Camera(), *ball_round(volume), SIZE).to_screen(left.side_lps_mm(0, high=False))[0]
    assert cut[:, : round(x) - 3].max() == 0
    assert cut[:, round(x) + 3 :].max() > 0


def test_the_average_is_the_mean_of_the_values_along_the_ray():
    upright = affine(UPRIGHT, spacing=(2.0, 2.0, 2.0))
    values = np.random.default_rng(1).normal(-400, 150, (24, 30, 36)).astype(np.float32)
    values += 300 * (np.arange(36) / 36)
    volume = Volume(values, upright, "HU")
    made = VolumeStage(volume, *ball_round(volume))
    picture, _ = drawn(made, "ct_average")  # from the front: rays run along the rows
    made.close()
    projection = Projection(Camera(), *ball_round(volume), SIZE)
    for k, i in ((6, 8), (12, 18), (20, 30)):
        x, y, _ = projection.to_screen(volume.to_lps_mm(np.array([k, 14.5, i])))
        preset = preset_called("ct_average")
        ramp = np.array(preset.colour)
        wanted = 255 * np.interp(values[k, :, i].mean(), ramp[:, 0], ramp[:, 1])
        near = picture[round(y) - 1 : round(y) + 2, round(x) - 1 : round(x) + 2, 0]
        assert near.min() - 25 <= wanted <= near.max() + 25


def test_the_lowest_value_of_a_ray_is_what_minip_shows():
    values = np.full((20, 20, 20), 0, np.int16)
    values[10, 10, 10] = -1000
    volume = Volume(values, affine(UPRIGHT, spacing=(2.0, 2.0, 2.0)), "HU")
    made = VolumeStage(volume, *ball_round(volume))
    picture, _ = drawn(made, "ct_minip")
    made.close()
    x, y, _ = Projection(Camera(), *ball_round(volume), SIZE).to_screen(
        volume.to_lps_mm(np.array([10.0, 10.0, 10.0]))
    )
    assert picture[round(y), round(x), 0] < 130
    assert picture[round(y), round(x) + 12, 0] > 200


def test_a_volume_that_is_too_large_is_thinned_and_the_picture_says_so(volume):
    whole = VolumeStage(volume, *ball_round(volume))
    assert drawn(whole, "ct_bone")[1].resolution == ""
    whole.close()
    small = VolumeStage(volume, *ball_round(volume), most_voxels=volume.voxels.size // 3)
    picture, said = drawn(small, "ct_bone")
    assert said.resolution == "half resolution"
    assert picture.max() > 60
    small.close()


def test_a_lesion_stands_in_the_scene_in_its_colour(stage, volume):
    labels = np.zeros(volume.shape, np.uint8)
    labels[8:16, 12:24, 20:40] = 3
    lesion = SegmentMap(Volume(labels, volume.affine_lps), (Segment(3, "lesion", (0, 255, 0)),))
    plain, _ = drawn(stage, "xray")
    shown, _ = drawn(stage, "xray", surfaces=(lesion,))
    green = (shown[..., 1] > shown[..., 0] + 40) & (shown[..., 1] > shown[..., 2] + 40)
    assert green.sum() > 100
    assert not ((plain[..., 1] > plain[..., 0] + 40) & (plain[..., 1] > plain[..., 2] + 40)).any()
    hidden, _ = drawn(stage, "xray", surfaces=(lesion.showing([]),))
    assert np.abs(hidden - plain).mean() < 1


@pytest.mark.parametrize("mode", [OverlayMode.CONTOUR, OverlayMode.SMOOTH])
def test_a_map_stands_in_the_scene_where_its_strongest_block_is(stage, volume, mode):
    study, shown = study_of(volume)
    exhibit = volume_exhibit(volume, study, shown)
    told = explanation(volume, shown, signed=False)
    explained = map_in_space(Overlay(told, OverlayLook(mode=mode, opacity=1.0)), exhibit)
    assert explained is not None
    plain, _ = drawn(stage, "xray")
    mapped, _ = drawn(stage, "xray", explained=explained)
    place = told.units[0].place
    projection = Projection(Camera(), *ball_round(volume), SIZE)
    x, y, _ = projection.to_screen(place.centres_lps_mm[5])
    warm = mapped - plain
    assert warm[round(y), round(x), 0] > 20  # orange: more red than before
    assert mapped[round(y), round(x), 0] > mapped[round(y), round(x), 2] + 20


@pytest.mark.parametrize("preset", ["ct_bone", "ct_mip", "ct_average"])
def test_a_plane_askew_cuts_every_way_of_blending_and_the_box_with_it(stage, volume, preset):
    """Seen along the plane, one half of the screen is empty."""
    centre, _ = ball_round(volume)
    right, up, _eye = Camera().axes_lps
    kept = (right + up) / np.sqrt(2)
    clip = ClipPlane(tuple(map(float, centre)), tuple(map(float, kept)))
    whole, _ = drawn(stage, preset)
    cut, _ = drawn(stage, preset, crop=clip)
    y, x = np.indices(SIZE)
    side = (x - SIZE[0] / 2) - (y - SIZE[1] / 2)  # right and up
    assert whole[side < -6].max() > 40
    assert cut[side < -6].max() == 0
    assert cut[side > 6].max() > 40
    box = whole_box(volume)
    both, _ = drawn(stage, preset, crop=part_of(box.moved(2, float(centre[2]), high=False, within=box), clip))
    assert both[side < -6].max() == 0
    assert both[SIZE[1] // 2 + 6 :].max() == 0
