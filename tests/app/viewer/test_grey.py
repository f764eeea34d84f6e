"""A table look-up says the same as the formula."""

import numpy as np
import pytest

from app.viewer.grey import grey, image_to_array, picture_image, to_image
from inference.imaging.intensity import apply_window
from inference.imaging.study import Window

WINDOWS = [
    Window(40, 400),
    Window(12.5, 30, shape="sigmoid"),
    Window(0, 1),
    Window(100, 90, shape="linear exact"),
]


@pytest.mark.parametrize("kind", ["u1", "i1", "u2", "i2", ">i2", "f4", "i4"])
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("inverted", [False, True])
def test_shades_are_those_of_the_window(kind, window, inverted):
    pixels = np.arange(-127 if "i" in kind else 0, 128 if "i" in kind else 125).astype(kind).reshape(-1, 5)
    assert np.array_equal(
        grey(pixels, window, inverted=inverted), apply_window(pixels, window, inverted=inverted)
    )


def test_an_image_keeps_rows_and_columns():
    shades = np.arange(35, dtype=np.uint8).reshape(5, 7)
    assert np.array_equal(image_to_array(to_image(shades))[..., 0], shades)


def test_an_image_of_a_view_that_is_not_contiguous_is_right():
    shades = np.arange(80, dtype=np.uint8).reshape(8, 10)[::-2, ::3]
    assert np.array_equal(image_to_array(to_image(shades))[..., 1], shades)


def test_colour_is_not_windowed():
    colours = np.random.default_rng(0).integers(0, 256, (4, 6, 3)).astype(np.uint8)
    assert np.array_equal(image_to_array(picture_image(colours, Window(1, 2)))[..., :3], colours)
