"""Which explanations the window offers for which model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.library.library import Library
from app.reading_room import ReadingRoom
from app.workbench.explaining import MEASURED
from inference.imaging.study import Kind
from inference.prediction import findings_from_scores
from tests.app.report.answers import card, prediction
from tests.app.workbench.test_fitting import study


@pytest.fixture
def room(qtbot, tmp_path):
    made = ReadingRoom(Library.open(tmp_path / "library"), tmp_path / "settings.json")
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.show_library(False)
    yield made
    made.close()


def chosen(room, family):
    """The first finding of a model of this family is chosen."""
    opened = study("MR", Kind.CINE)
    answer = replace(
        prediction(of=opened), card=replace(card(), key=family, family=family),
        findings=findings_from_scores(card(), (1.9, -1.0, 0.5, 0.1)),
    )  # fmt: skip
    room.services.workspace.open(opened)
    room.services.workspace.add([answer])
    room.room.modelling.use(family)
    return room.window.explanations


def offered(panel):
    return [key for key in ("lime", "rollout", "integrated_gradients", "frames")
            if panel.methods.button(key).isVisible()]  # fmt: skip


def test_a_model_of_loops_is_explained_by_frame_as_well(room):
    assert offered(chosen(room, "cardiac")) == ["lime", "rollout", "integrated_gradients", "frames"]
    assert room.room.explaining.can_explain("frames")


def test_a_model_of_slices_is_not_offered_frames(room):
    room.services.remembered.change(method="frames")
    assert offered(chosen(room, "prima")) == ["lime", "rollout", "integrated_gradients"]
    assert room.room.explaining.method == "lime"
    assert not room.room.explaining.can_explain("frames")


def test_measured_numbers_have_their_contours_as_reason(room):
    panel = chosen(room, "ventricle")
    assert panel._state.text() == MEASURED
    assert offered(panel) == []
    assert not room.room.explaining.can_explain("lime")
