"""Marks of a presentation state lie on the picture that they were drawn on."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.theme import caption_font
from app.viewer.exhibit import cine_exhibit, volume_exhibit
from app.viewer.layers.marks import MarkLayer, shape_path
from app.viewer.look import Look, Plane
from app.viewer.slice_view import SliceView
from inference.imaging.objects.annotations import Mark
from inference.imaging.read import read_cine, read_volume
from inference.imaging.scan import scan
from tests.imaging_fixtures import write_series
from tests.ventricle_stacks import heart, write_heart

PHASES = 4


@pytest.fixture
def stack(tmp_path):
    """Three slice positions of four phases each."""
    write_heart(tmp_path / "heart", heart(np.array([-8.0, 0.0, 8.0]), phases=PHASES, shape=(48, 40)))
    (found,) = scan(tmp_path / "heart").studies[0].display_sets
    return found


def asked(qtbot, exhibit, look, uid):
    """The pictures whose marks are drawn."""
    pictures = []
    view = SliceView(exhibit, look)
    qtbot.addWidget(view)
    view.layers.append(MarkLayer(uid, lambda picture: pictures.append(picture) or (), caption_font()))
    view.resize(200, 200)
    view.grab()
    return pictures


def test_a_loop_of_a_cine_stack_asks_for_the_picture_of_its_own_slice(qtbot, stack):
    for position, phase in ((0, 1), (2, 3)):
        exhibit = cine_exhibit(read_cine(stack, position=position), None, stack)
        assert asked(qtbot, exhibit, Look(slice_index=phase), stack.uid) == [position * PHASES + phase]


def test_no_marks_lie_on_cuts_through_a_volume(qtbot, tmp_path):
    write_series(tmp_path / "ct", shape=(6, 24, 32))
    shown = scan(tmp_path / "ct").studies[0].display_sets[0]
    exhibit = volume_exhibit(read_volume(shown), None, shown)
    assert asked(qtbot, exhibit, Look(slice_index=2), shown.uid) == [2]
    assert asked(qtbot, exhibit, Look(Plane.CORONAL, 2), shown.uid) == []


def test_a_closed_interpolated_curve_is_smooth_through_its_points_and_an_open_one_stays():
    corners = [QPointF(0, 0), QPointF(60, 0), QPointF(60, 60), QPointF(0, 60), QPointF(0, 0)]
    smooth = shape_path(Mark("INTERPOLATED"), corners)
    assert smooth.boundingRect().width() > 62  # it bulges between the corners
    drawn = [QPointF(smooth.elementAt(n).x, smooth.elementAt(n).y) for n in range(smooth.elementCount())]
    assert all(any((corner - there).manhattanLength() < 1e-6 for there in drawn) for corner in corners)
    assert shape_path(Mark("INTERPOLATED"), corners[:4]).boundingRect().width() == 60
