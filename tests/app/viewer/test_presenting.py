"""A presentation state is looked at as large, as bright and as turned as it asks for."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSizeF

from app.viewer.exhibit import Exhibit
from app.viewer.look import Look, Texts
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import screen_scale, screen_transform
from app.viewer.presenting import on_area, present
from app.viewer.slice_view import SliceView
from app.viewer.slicing import PictureSlices
from inference.imaging.objects.presentations import Area, Grey, Presentation
from inference.imaging.objects.references import References
from inference.imaging.study import Window
from inference.imaging.volume import Picture

ALL = frozenset()
PLANE = PicturePlane(np.zeros(3), np.array([0, 0.5, 0]), np.array([0.25, 0, 0]), (100, 200))
SIZE = QSizeF(400, 300)


def state(**what):
    return Presentation("T", "", "", "", ALL, References(), **what)


def spot(look, row, column):
    point = screen_transform(PLANE, look, SIZE).map(column + 0.5, row + 0.5)
    return np.array(point)


def test_the_whole_area_fits_and_its_middle_is_in_the_middle():
    look = on_area(Look(), PLANE, Area(ALL, (51, 21), (150, 60)), SIZE)
    assert spot(look, 39.5, 99.5) == pytest.approx((200, 150), abs=0.6)
    corners = np.array([spot(look, 20 - 0.5, 50 - 0.5), spot(look, 59.5, 149.5)])
    assert (corners >= -0.6).all()
    assert (corners <= (400.6, 300.6)).all()
    assert np.abs(corners[1] - corners[0]) == pytest.approx((375, 300), abs=1)  # as high as the view


def test_true_size_is_the_millimetres_of_the_state_on_the_screen():
    area = Area(ALL, (1, 1), (200, 100), "true size", spacing_mm=(0.5, 0.25))
    look = on_area(Look(), PLANE, area, SIZE, 4.0)
    assert screen_scale(PLANE, look, SIZE) == pytest.approx(4.0)
    twice = on_area(Look(), PLANE, replace(area, spacing_mm=(1.0, 0.5)), SIZE, 4.0)
    assert screen_scale(PLANE, twice, SIZE) == pytest.approx(8.0)


def test_on_a_screen_of_unknown_size_true_size_fits():
    area = Area(ALL, (1, 1), (200, 100), "true size", spacing_mm=(0.5, 0.25))
    assert on_area(Look(), PLANE, area, SIZE, 0.0).zoom == pytest.approx(1.0)


@pytest.mark.parametrize("ratio", [1.0, 3.0])
def test_magnify_is_that_many_pixels_of_the_screen_for_one_of_the_picture(ratio):
    look = on_area(Look(), PLANE, Area(ALL, (1, 1), (200, 100), "magnify", magnification=ratio), SIZE)
    across = spot(look, 10, 11) - spot(look, 10, 10)
    assert across == pytest.approx((ratio, 0), abs=1e-6)


@pytest.mark.parametrize("monochrome1", [False, True])
@pytest.mark.parametrize("inverse", [False, True])
def test_a_state_alone_says_whether_low_values_are_bright(qtbot, monochrome1, inverse):
    view = view_of(qtbot, inverted=monochrome1)
    present(view, state(inverted=inverse), "1", 1)
    assert view.look.inverted == inverse  # PS3.4 N.2.1.4: the picture's own photometric no longer counts


def test_window_turn_and_flip_are_taken_and_graphics_of_the_file_put_away(qtbot):
    view = view_of(qtbot)
    grey = Grey(ALL, Window(30, 50, "", "sigmoid"))
    present(view, state(greys=(grey,), quarter_turns=3, flipped=True), "1", 1)
    assert (view.look.window, view.look.quarter_turns, view.look.flip_across) == (grey.window, 3, True)
    assert not view.look.graphics
    present(view, state(activated=frozenset({0x6000})), "1", 1)
    assert view.look.graphics


def view_of(qtbot, *, inverted=False):
    picture = Picture(np.arange(200, dtype=np.int16).reshape(10, 20))
    exhibit = Exhibit(PictureSlices(1, (10, 20), {0: picture}), inverted=inverted)
    view = SliceView(exhibit, Look(window=Window(100, 200), texts=Texts.NONE))
    qtbot.addWidget(view)
    view.resize(200, 100)
    return view
