"""Ctrl+R runs the model that fits the open study; several answers stand side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QMenu

from app.library.library import Library
from app.reading_room import ReadingRoom
from app.workbench import model_answers, modelling
from inference.imaging.study import Kind
from inference.prediction import Decision, findings_from_scores
from tests.app.report.answers import card, prediction
from tests.app.workbench.test_fitting import CARDIAC, VENTRICLE, study


@pytest.fixture
def room(qtbot, tmp_path, monkeypatch):
    for module in (modelling, model_answers):
        monkeypatch.setattr(module, "installed", lambda: (CARDIAC, VENTRICLE))
    made = ReadingRoom(Library.open(tmp_path / "library"), tmp_path / "settings.json")
    qtbot.addWidget(made.window)
    yield made
    made.close()


def answer(of, model):
    return replace(
        prediction(of=of), card=model, findings=findings_from_scores(card(), (1.9, -1.0, 0.5, 0.1))
    )


def test_several_models_that_fit_are_offered(room):
    room.services.workspace.open(study("MR", Kind.CINE))
    room.room.modelling.run()
    menu = room.window.findChildren(QMenu)[-1]
    assert [a.text() for a in menu.actions()] == ["Cardiac · heart MR", "Ventricle · heart MR"]
    menu.close()


def test_a_study_without_a_fitting_model_says_so(room):
    room.services.workspace.open(study("CT", Kind.VOLUME))
    assert "No model fits this study" in room.window.findings._grounds.text()
    room.room.modelling.run()
    assert room.window.notice.sentence.text() == "No model fits this study."
    assert room.window.notice.hint.text() == "The study holds CT; the models read MR."


def test_the_answer_of_either_model_can_be_shown(room):
    opened = study("MR", Kind.CINE)
    workspace, using = room.services.workspace, room.room.modelling
    workspace.open(opened)
    workspace.add([answer(opened, CARDIAC), answer(opened, VENTRICLE)])
    using.use("ventricle")
    assert workspace.sitting.finding.model_key == "ventricle"
    assert "VENTRICLE" in room.window.findings._heading.text()
    using.use("cardiac")
    assert "CARDIAC" in room.window.findings._heading.text()


def test_a_decision_in_the_panel_is_kept_and_can_be_undone(room):
    opened, workspace = study("MR", Kind.CINE), room.services.workspace
    workspace.open(opened)
    workspace.add([answer(opened, CARDIAC)])
    room.room.modelling.choose("stroke")
    room.window.findings.decided.emit("stroke", Decision.REJECTED, "artefact")
    assert workspace.sitting.chosen[1].comment == "artefact"
    room.room.deciding.accept()
    assert workspace.sitting.chosen[1].decision is Decision.ACCEPTED
    workspace.undo()
    assert workspace.sitting.chosen[1].decision is Decision.REJECTED
