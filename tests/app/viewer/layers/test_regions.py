"""Contours are drawn on their slice, and in a loop at the moment at which they were drawn."""

import numpy as np
import pytest

from app.viewer.exhibit import volume_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.regions import RegionLayer
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.placing import to_screen
from app.viewer.slice_view import SliceView
from inference.imaging.objects.structures import Region, RegionContour
from inference.imaging.study import Window
from tests.app.viewer.patients import study_of


def square(volume, k, picture):
    corners = np.array([(k, 5, 5), (k, 5, 15), (k, 15, 15), (k, 15, 5)], float)
    return RegionContour(volume.to_lps_mm(corners), True, picture)


@pytest.fixture
def view(qtbot, upright):
    study, display_set = study_of(upright)
    look = Look(window=Window(1e6, 1), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
    view = SliceView(volume_exhibit(upright, study, display_set), look)
    qtbot.addWidget(view)
    view.resize(400, 400)
    return view


def is_drawn(view, volume, k):
    point = volume.to_lps_mm(np.array([k, 5.0, 10.0]))
    view.go_to(point)
    spot = to_screen(view.scene().transform, view.plane.to_pixels(point)[:2])
    row, column = int(spot.y()), int(spot.x())
    seen = image_to_array(view.grab().toImage())[row - 2 : row + 3, column - 2 : column + 3, :3].astype(int)
    return bool((seen.max(axis=2) > 100).any())


def test_a_contour_lies_on_its_slice(view, upright):
    region = Region(1, "Box", (10, 240, 20), (square(upright, 6, ""),), frame_of_reference_uid="F")
    view.layers.append(RegionLayer((region,), (), ""))
    assert is_drawn(view, upright, 6)
    assert not is_drawn(view, upright, 9)


def test_a_contour_of_a_loop_is_there_only_when_its_picture_is(view, upright):
    contours = (square(upright, 6, "1.1"), square(upright, 8, "1.2"))
    region = Region(1, "Box", (10, 240, 20), contours, frame_of_reference_uid="F")
    loops = {view.exhibit.display_set_uid: {("1.1", 0): frozenset({6}), ("1.2", 0): frozenset({3})}}
    view.layers.append(RegionLayer((region,), (), "", loops))
    assert is_drawn(view, upright, 6)
    assert not is_drawn(view, upright, 8)
