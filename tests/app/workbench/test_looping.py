"""Under a loop: its strip, its contours and its volumes; each leads to the frame that it names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.contours import ContourKey, editable
from app.library.library import Library
from app.reading_room import ReadingRoom
from inference.imaging.study import Patient, Series, Study
from tests.app.report.answers import card
from tests.app.viewer.layers.test_moments import FRAMES, loop, moving_map, shown_set
from tests.app.viewer.test_contour_pointer import outlines

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def room(qtbot, tmp_path):
    """A study of one loop, hanging."""
    made = ReadingRoom(Library.open(tmp_path / "library"), tmp_path / "settings.json")
    qtbot.addWidget(made.window)
    made.window.resize(1200, 800)
    made.window.show()
    made.window.show_library(False)
    shown = shown_set()
    series = Series("series", "study", 1, "MR", "4CH", "", "HEART", shown.instances, (shown,))
    study = Study("study", Patient(), "", "", "", "", "", (series,))
    made.services.workspace.open(study)
    made.room.showing.shelf.keep("loop", loop())
    made.services.workspace.hang(["loop"])
    yield made
    made.window.hanging.say(0, "")  # ends the thread that renders the loop
    made.close()


def explained(room):
    """A finding with an explanation of the loop."""
    from inference.prediction import Finding, Prediction, State

    target = moving_map().target
    answer = Prediction(
        "study", replace(card("0" * 64), targets=(target,)), (Finding(target, State.FINDING, 47.0),)
    )
    workspace = room.services.workspace
    workspace.add([answer], [replace(moving_map(), model_key="prima")])
    room.room.modelling.choose("lvef")


def test_the_strip_stands_under_the_explained_loop_alone(room):
    assert not room.window.strip.isVisible()
    explained(room)
    assert room.window.strip.isVisible()
    assert len(room.window.strip.frames.content.contributions) == 3
    room.services.workspace.choose_finding(None)
    assert not room.window.strip.isVisible()


def test_a_bar_leads_to_its_frame_and_the_strip_follows_the_loop(room):
    explained(room)
    room.window.strip.frame_chosen.emit("loop", 8)
    view = room.window.hanging.view(0)
    assert view.playback.frame == view.view.look.slice_index == room.window.strip.frames.frame == 8
    room.window.strip.view_chosen.emit(0)
    assert view.playback.frame == 4  # the moment that says most


def test_the_mouse_on_bars_of_strip_and_panel_goes_to_their_frames(room, qtbot):
    explained(room)
    view, frames = room.window.hanging.view(0), room.window.strip.frames
    qtbot.mouseClick(frames, LEFT, pos=QPoint(int(frames.width() * 8.5 / FRAMES), 30))
    assert view.playback.frame == 8
    qtbot.mouseClick(room.window.explanations.views.by_view[0], LEFT)
    assert view.playback.frame == 4  # the moment that says most
    qtbot.mouseClick(room.window.explanations.top.row(1), LEFT)
    assert view.playback.frame == 0


def test_a_loop_at_rest_turns_to_a_frame_that_the_new_map_has(room):
    view = room.window.hanging.view(0)
    view.step(5)
    explained(room)
    assert view.playback.frame == 4
    view.step(2)
    room.room.looping.refresh()
    assert view.playback.frame == 6  # the reader goes where he likes afterwards


def test_an_element_of_the_panel_leads_to_its_moment(room):
    explained(room)
    room.window.explanations.element_chosen.emit(0, 8)  # the third moment
    assert room.window.hanging.view(0).playback.frame == 8


def test_contours_and_curve_follow_an_edit_and_its_undoing(room):
    outlining, workspace = room.room.outlining, room.services.workspace
    outlining.read.take(replace(outlines(), study_uid="study"))
    assert room.window.curve.isVisible()
    before = room.window.curve.curve.story.volume_ml[3]
    key = ContourKey("loop", 0, 3)
    contour = editable(key, outlines().lines_of(key))
    middle = contour.controls_lps_mm.mean(axis=0)
    moved = replace(contour, controls_lps_mm=middle + 0.5 * (contour.controls_lps_mm - middle))
    workspace.edit_contour(moved)
    assert room.window.curve.curve.story.volume_ml[3] == pytest.approx(before / 4, rel=0.03)
    assert key in room.window.hanging.view(0).contours.drawn.edits
    assert "edited by reader: 1 contour" in room.window.curve.origin.text()
    workspace.undo()
    assert room.window.curve.curve.story.volume_ml[3] == before


def test_the_curve_leads_to_its_phase(room):
    room.room.outlining.read.take(replace(outlines(), study_uid="study"))
    room.window.curve.phase_chosen.emit(FRAMES - 2)
    assert room.window.hanging.view(0).playback.frame == FRAMES - 2


def test_contours_of_another_study_are_not_shown(room):
    room.room.outlining.read.take(replace(outlines(), study_uid="elsewhere"))
    assert not room.room.outlining.has_contours
    assert np.isfinite(outlines().curve({}).volume_ml).all()
