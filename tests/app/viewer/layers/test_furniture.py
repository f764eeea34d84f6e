"""What the corners say follows the picture, not how it happens to be stored."""

import numpy as np
import pytest
from PySide6.QtGui import QFont

from app.viewer.exhibit import Exhibit
from app.viewer.layers.furniture import Furniture
from app.viewer.look import Look, Texts
from app.viewer.slice_view import SliceView
from app.viewer.slicing import PictureSlices
from inference.imaging.study import Window
from inference.imaging.volume import Picture


@pytest.mark.parametrize(
    ("stored", "shown", "said"), [(1, 1, False), (1, 0, True), (0, 1, True), (0, 0, False)]
)
def test_only_the_reader_inverts_a_picture(qtbot, stored, shown, said):
    picture = Picture(np.arange(200, dtype=np.int16).reshape(10, 20))
    exhibit = Exhibit(PictureSlices(1, (10, 20), {0: picture}), inverted=bool(stored))
    view = SliceView(exhibit, Look(window=Window(100, 200), inverted=bool(shown)))
    qtbot.addWidget(view)
    corners = Furniture(QFont()).corners(view.scene(), Texts.ALL)
    assert ("inverted" in " ".join(corners.bottom_left)) == said
