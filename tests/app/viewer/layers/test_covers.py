"""The shutter of a presentation state covers what lies outside, and its overlays are ink in their colour."""

import numpy as np
import pytest

from app.viewer.exhibit import Exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.covers import CoverLayer
from app.viewer.layers.graphics import covered, inked
from app.viewer.layers.marks import INK, ink_of
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.slice_view import SliceView
from app.viewer.slicing import PictureSlices
from inference.imaging.objects.annotations import Mark
from inference.imaging.study import Window
from inference.imaging.volume import Picture


@pytest.fixture
def view(qtbot):
    picture = Picture(np.full((4, 4), 100, np.int16))
    exhibit = Exhibit(PictureSlices(2, (4, 4), {0: picture, 1: picture}), display_set_uid="d")
    view = SliceView(
        exhibit, Look(window=Window(100, 200), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    )
    qtbot.addWidget(view)
    view.resize(400, 400)
    return view


def pixels(view):
    return image_to_array(view.grab().toImage())[50::100, 50::100, :3].astype(int)


def images_at(picture, shape):
    if picture:
        return ()
    hidden, ink = np.zeros(shape, bool), np.zeros(shape, bool)
    hidden[:, 0] = ink[2, 3] = True
    return covered(hidden), inked(ink, (250, 10, 20))


def test_cover_and_ink_lie_on_their_pixels_of_the_pictures_that_they_concern(view):
    view.layers.append(CoverLayer("d", images_at))
    seen = pixels(view)
    assert (seen[:, 0] == 0).all()
    assert tuple(seen[2, 3]) == (250, 10, 20)
    assert (seen[:2, 1:] > 50).all()
    view.adjust(slice_index=1)
    assert (pixels(view) > 50).all()


def test_another_series_is_not_covered(view):
    view.layers.append(CoverLayer("another", images_at))
    assert (pixels(view) > 50).all()


def test_marks_have_the_colour_of_their_layer_where_it_can_be_seen():
    assert ink_of(Mark("POINT", rgb=(10, 200, 30))).getRgb()[:3] == (10, 200, 30)
    assert ink_of(Mark("POINT")) == INK
    assert ink_of(Mark("POINT", rgb=(0, 0, 0))) == INK  # black on black is no mark
