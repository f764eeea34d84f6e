"""Small pictures, and dragging them."""

import numpy as np

from app.viewer.grey import image_to_array
from app.viewer.thumbnails import display_set_mime, dragged_display_set, thumbnail_image


def test_a_thumbnail_keeps_its_proportion_on_black():
    drawn = image_to_array(thumbnail_image(np.full((50, 100), 200, np.uint8), 64))
    assert drawn.shape == (64, 64, 4)
    assert drawn[32, 32, 0] == 200
    assert drawn[4, 32, :3].max() == 0


def test_what_is_dragged_arrives():
    assert dragged_display_set(display_set_mime("1.2.840.1~echo 2")) == "1.2.840.1~echo 2"
