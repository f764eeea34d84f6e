"""The reader names the view of a loop: kept at once, shown in the list, and read again by the model."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.library.library import Library
from app.reading_room import ReadingRoom
from app.workbench.naming import BY_LABEL
from inference.imaging.study import Kind, Patient, Series, Study
from tests.app.library.dicom_files import write_study
from tests.app.viewer.layers.test_moments import loop, shown_set

STUDY, LOOP = "1.2.1", "1.2.1.1"


def opened(modality="US", kind=Kind.CINE):
    shown = replace(shown_set(LOOP), study_uid=STUDY, series_uid=LOOP, modality=modality, kind=kind)
    series = Series(LOOP, STUDY, 1, modality, "Loop 3", "", "HEART", shown.instances, (shown,))
    return Study(STUDY, Patient(), "", "", "Echocardiogram", "", "", (series,))


@pytest.fixture
def room(qtbot, tmp_path):
    library = Library.open(tmp_path / "library")
    library.import_paths(write_study(tmp_path / "study"))
    made = ReadingRoom(library, tmp_path / "settings.json")
    qtbot.addWidget(made.window)
    made.window.show()
    made.window.show_library(False)
    made.services.workspace.open(opened())
    made.room.showing.shelf.keep(LOOP, loop())
    made.services.workspace.hang([LOOP])
    yield made
    made.close()


def actions(room):
    shown = room.services.workspace.sitting.display_set(LOOP)
    return {a.text(): a for a in room.room.naming.menu(shown).actions()}


def test_the_menu_offers_the_views_of_the_modality_with_the_present_one_ticked(room):
    assert [*actions(room)] == [
        BY_LABEL, "Apical four-chamber", "Apical two-chamber", "Parasternal short axis",
        "Parasternal long axis", "No standard view",
    ]  # fmt: skip
    assert actions(room)[BY_LABEL].isChecked()
    room.room.naming.name(LOOP, "A2C")
    assert actions(room)["Apical two-chamber"].isChecked()


def test_a_choice_is_on_disk_at_once_and_what_hangs_stays(room, qtbot):
    view = room.window.hanging.view(0)
    with qtbot.waitSignal(room.room.naming.named) as said:
        actions(room)["Apical four-chamber"].trigger()
    assert said.args[0].display_sets[0].view == "A4C"
    assert room.services.workspace.sitting.current.display_sets[0].view == "A4C"
    assert room.window.hanging.view(0) is view
    assert room.window.series.row(LOOP).view.whole == "Apical four-chamber, by the reader"
    qtbot.waitUntil(lambda: dict(room.services.library.outlined.views(STUDY)) == {LOOP: "A4C"})


def test_no_view_can_be_named_where_nothing_moves(room):
    assert room.room.naming.can_name
    room.services.workspace.open(opened("CT", Kind.STACK))
    assert not room.room.naming.can_name


def test_the_model_that_has_answered_reads_again(room, monkeypatch):
    asked = []
    monkeypatch.setattr(room.room.modelling, "run_model", asked.append)
    room.room.naming.name(LOOP, "A4C")
    assert asked == []
    from inference.prediction import Prediction
    from tests.app.report.answers import card

    room.services.workspace.add([Prediction(STUDY, replace(card(), key="echo", family="echo"), ())])
    room.room.modelling.answers.use(STUDY, "echo")
    room.room.naming.name(LOOP, "A2C")
    assert asked == ["echo"]
