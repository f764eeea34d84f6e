"""Nothing of a map is drawn beyond what the model saw, such as the sector of an ultrasound picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.layers.explained import Overlay
from app.viewer.layers.moments import is_whole, map_on
from app.viewer.look import Interpolation, Look, Texts
from app.viewer.slice_view import SliceView
from explain.moments import place_of_moments
from inference.imaging.study import Window
from tests.app.viewer.layers.test_moments import BLOCKS, PLACED, loop, moving_map, shown_set

APEX, LEFT, RIGHT = (0.0, 20.0), (39.0, 2.0), (39.0, 38.0)  # (row, column) of a fan


def within(outline):
    """The map with every block speaking for, cut to a line of (row, column) corners."""
    made = moving_map()
    unit = made.units[0]
    line = np.array([PLACED[:3, 3] + r * PLACED[:3, 1] + c * PLACED[:3, 2] for r, c in outline])
    scores = np.ones_like(unit.scores)
    return replace(
        made, units=(replace(unit, scores=scores, place=replace(unit.place, outline_lps_mm=line)),)
    )


@pytest.fixture
def painted(qtbot):
    """The overlay's colours on the screen, for an attribution at its first moment."""

    def paint(attribution):
        look = Look(window=Window(1e6, 1), texts=Texts.NONE, interpolation=Interpolation.NEAREST)
        view = SliceView(cine_exhibit(loop(), None, shown_set()), look)
        qtbot.addWidget(view)
        view.resize(400, 400)
        view.set_overlay(Overlay(attribution, BLOCKS))
        view.show()
        pixels = image_to_array(view.grab().toImage()).astype(int)
        return pixels[:, :330, :3].max(axis=2) - pixels[:, :330, :3].min(axis=2) > 40  # beside the colour bar

    return paint


def test_a_map_ends_at_the_edges_of_the_fan(painted):
    coloured = painted(within((APEX, LEFT, RIGHT)))
    assert coloured[300, 200]
    assert not coloured[20:120, 20:120].any()  # beside the apex
    rows, columns = np.nonzero(coloured)
    assert (np.abs(columns - 205) <= 0.5 * (rows + 12)).all()


def test_without_an_outline_the_whole_grid_is_drawn(painted):
    made = within((APEX, LEFT, RIGHT))
    unit = made.units[0]
    whole = replace(made, units=(replace(unit, place=replace(unit.place, outline_lps_mm=None)),))
    assert painted(whole)[20:120, 20:120].any()


def test_scores_of_whole_frames_stand_under_the_loop_and_not_over_it():
    made = moving_map()
    place = place_of_moments(made.units[0].place)
    unit = replace(made.units[0], place=place, scores=np.ones(3, np.float32))
    exhibit = cine_exhibit(loop(), None, shown_set())
    assert is_whole(place)
    assert map_on(unit, exhibit, Look(slice_index=4)) is None
    assert "see the bars below" in Overlay(replace(made, units=(unit,))).legend()[1]
