"""Colour maps, and padding that stays black."""

import numpy as np
import pytest

from app.viewer.colour_maps import colour_map_names, colour_table, in_colour
from app.viewer.exhibit import picture_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Look
from app.viewer.slice_picture import SlicePicture
from inference.imaging.study import Window
from inference.imaging.volume import Picture


def luminance(table):
    linear = (table / 255.0) ** 2.2
    return linear @ (0.2126, 0.7152, 0.0722)


@pytest.mark.parametrize("name", colour_map_names())
def test_every_map_goes_from_dark_to_light(name):
    table = colour_table(name)
    assert table.shape == (256, 3)
    assert luminance(table[-16:]).mean() > luminance(table[:16]).mean() + 0.2


@pytest.mark.parametrize("name", ["Viridis", "Magma", "Cividis"])
def test_some_maps_keep_the_order_of_values_for_colour_blind_eyes(name):
    steps = np.diff(luminance(colour_table(name).astype(float)))
    assert (steps > -1e-3).all()


def test_an_unknown_map_leaves_grey():
    shades = np.arange(6, dtype=np.uint8).reshape(2, 3)
    assert in_colour(shades, "nothing") is shades


def test_a_picture_is_drawn_in_its_map():
    pixels = np.array([[0, 128, 255]], np.uint8)
    look = Look(window=Window(127.5, 255, "", "linear exact"), colours="Hot iron")
    drawn = image_to_array(SlicePicture().image(picture_exhibit(Picture(pixels)), look))
    assert np.array_equal(drawn[..., :3], colour_table("Hot iron")[pixels])


@pytest.mark.parametrize("inverted", [False, True])
def test_what_was_not_scanned_is_black_also_where_low_is_bright(inverted):
    picture = Picture(np.array([[-2000, 0, 100]], np.int16), padding=-2000.0)
    look = Look(window=Window(50, 100), inverted=inverted)
    drawn = image_to_array(SlicePicture().image(picture_exhibit(picture), look))[0, :, 0]
    assert drawn[0] == 0
    assert drawn[1] != drawn[2]
