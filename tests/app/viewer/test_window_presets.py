"""Where a picture begins."""

from dataclasses import replace

import numpy as np

from app.viewer.exhibit import picture_exhibit, volume_exhibit
from app.viewer.grey import VOI_LUT, image_to_array
from app.viewer.look import Look
from app.viewer.slice_picture import SlicePicture
from app.viewer.window_presets import auto_window, default_window, windows_for
from inference.imaging.intensity import apply_lut, presets
from inference.imaging.study import Window
from inference.imaging.tables import Table
from inference.imaging.volume import Picture
from tests.app.viewer.patients import study_of

PIXELS = np.arange(400, dtype=np.uint16).reshape(20, 20)
TABLE = Table(np.sqrt(np.arange(300) / 299) * 1023, 50, 10)


def shown(exhibit, window):
    return image_to_array(SlicePicture().image(exhibit, Look(window=window)))[..., 0]


def test_the_window_of_the_file_comes_first(upright):
    study, display_set = study_of(upright)
    instance = replace(display_set.first, windows=(Window(7, 70, "BRAIN"),))
    asked = replace(display_set, instances=(instance,))
    assert default_window(volume_exhibit(upright, study, asked)) == Window(7, 70, "BRAIN")


def test_number_keys_are_auto_then_the_file_then_the_modality(upright):
    exhibit = volume_exhibit(upright, *study_of(upright, modality="CT"))
    assert windows_for(exhibit)[2:] == presets("CT")


def test_a_voi_lut_is_used_until_someone_windows():
    exhibit = replace(picture_exhibit(Picture(PIXELS)), lut=TABLE)
    window = default_window(exhibit)
    assert window.title == VOI_LUT
    assert np.array_equal(shown(exhibit, window), apply_lut(PIXELS, TABLE))
    assert not np.array_equal(shown(exhibit, replace(window, title="")), apply_lut(PIXELS, TABLE))


def test_a_window_that_leaves_an_mr_picture_in_the_dark_waits_on_its_key(upright):
    study, display_set = study_of(upright, modality="MR")
    far = Window(50 * float(upright.voxels.max()), 100 * float(upright.voxels.max()))
    instance = replace(display_set.first, windows=(far,))
    exhibit = volume_exhibit(upright, study, replace(display_set, instances=(instance,)))
    assert default_window(exhibit).title == "auto"
    assert windows_for(exhibit)[1] == far


def test_grey_levels_are_looked_through_once_for_all_views_of_a_volume(upright):
    first = auto_window(volume_exhibit(upright))
    upright.voxels[:] = 0
    assert auto_window(volume_exhibit(upright)) == first
    assert auto_window(volume_exhibit(replace(upright))) != first


def test_the_window_stays_while_more_pictures_of_a_stack_arrive():
    exhibit = picture_exhibit(Picture(PIXELS))
    first = auto_window(exhibit)
    exhibit.native.pictures[0] = Picture(PIXELS * 2)
    assert auto_window(exhibit) == first


def test_a_picture_that_has_not_come_yet_is_looked_at_when_it_has():
    exhibit = picture_exhibit(Picture(PIXELS))
    picture = exhibit.native.pictures.pop(0)
    nothing = auto_window(exhibit)
    exhibit.native.pictures[0] = picture
    assert auto_window(exhibit) != nothing
