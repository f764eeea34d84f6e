"""Marks of a presentation state lie on the picture that they were drawn on."""

from __future__ import annotations

import numpy as np
import pytest

from app.theme import caption_font
from app.viewer.exhibit import cine_exhibit, volume_exhibit
from app.viewer.layers.marks import MarkLayer
from app.viewer.look import Look, Plane
from app.viewer.slice_view import SliceView
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
