"""A view shows the colours that a file means; windows move the grey part alone."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from app.viewer.exhibit import Exhibit, volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Look, Plane
from app.viewer.slice_picture import SlicePicture
from app.viewer.window_presets import auto_window
from inference.imaging.read import read_volume
from inference.imaging.study import Window
from tests.inference.imaging.test_supplement import FIRST, STORED, WINDOW, expected, perfusion


def shown(exhibit: Exhibit, window: Window = WINDOW, **look: object) -> np.ndarray:
    image = SlicePicture().image(exhibit, Look(slice_index=1, window=window, **look))
    assert isinstance(image, QImage)
    return image_to_array(image)[..., :3].astype(int)


def test_a_perfusion_map_is_shown_as_the_standard_has_it(tmp_path):
    display_set = perfusion(tmp_path)
    exhibit = volume_exhibit(read_volume(display_set), None, display_set)
    assert np.abs(shown(exhibit) - expected(STORED)).max() <= 1


def test_a_window_and_an_inversion_leave_the_colours_alone(tmp_path):
    exhibit = volume_exhibit(read_volume(perfusion(tmp_path)))
    coloured = STORED >= FIRST
    for picture in (shown(exhibit, Window(200, 10)), shown(exhibit, inverted=True)):
        assert np.array_equal(picture[coloured], shown(exhibit)[coloured])
        assert not np.array_equal(picture[~coloured], shown(exhibit)[~coloured])


def test_a_cut_through_the_volume_makes_up_no_colour(tmp_path):
    pixels = np.where(np.arange(64).reshape(8, 8) % 2, 100, FIRST + 40).astype(np.uint16)
    exhibit = volume_exhibit(read_volume(perfusion(tmp_path, pixels, slices=6)))
    known = {tuple(rgb) for rgb in shown(exhibit).reshape(-1, 3)}
    sagittal = shown(exhibit, plane=Plane.SAGITTAL)
    assert {tuple(rgb) for rgb in sagittal.reshape(-1, 3)} <= known | {(0, 0, 0)}


def test_the_window_that_is_found_is_that_of_the_grey_part(tmp_path):
    window = auto_window(volume_exhibit(read_volume(perfusion(tmp_path))))
    assert window.centre + window.width / 2 <= 999
