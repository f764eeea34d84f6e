"""What is written under a picture that leaves the room."""

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from app.viewer.grey import image_to_array
from app.viewer.inscription import NOTICE, inscribed, words_of

pytestmark = pytest.mark.usefixtures("qapp")


def test_the_picture_stays_as_it_was_seen_above_the_line():
    seen = QImage(300, 200, QImage.Format.Format_RGB32)
    seen.fill(QColor("#336699"))
    made = image_to_array(inscribed(seen, ()))
    assert made.shape[:2] == (224, 300)
    assert np.array_equal(made[:200], image_to_array(seen))
    assert made[200:, :, :3].max() > 100


@pytest.mark.parametrize("width", [120, 400, 1200])
def test_where_a_model_spoke_the_line_says_so_in_its_colour(width):
    seen = QImage(width, 50, QImage.Format.Format_RGB32)
    line = image_to_array(inscribed(seen, ("LIME of a very long finding by a model",)))[50:].astype(int)
    assert ((line[..., 0] > 150) & (line[..., 2] < 120)).any()  # orange


def test_the_words_name_the_product_the_models_and_what_it_is_not_for():
    assert words_of(()).startswith("Negatoscope")
    assert NOTICE not in words_of(())
    assert words_of(("T3D masks",)).endswith(f"T3D masks · {NOTICE}")
