"""A contour that was changed is on disk at once, and there again when the study is opened again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.contours import ContourKey, editable, edited_findings, edited_volumes
from app.library.library import Library
from app.reading_room import ReadingRoom
from inference.imaging.study import Patient, Series, Study
from inference.models.ventricle import TARGETS
from inference.prediction import Prediction
from tests.app.library.dicom_files import write_study
from tests.app.report.answers import card
from tests.app.viewer.layers.test_moments import shown_set
from tests.app.viewer.test_contour_pointer import outlines

STUDY, LOOP = "1.2.1", "1.2.1.1"


def opened():
    shown = replace(shown_set(LOOP), study_uid=STUDY, series_uid=LOOP)
    series = Series(LOOP, STUDY, 1, "MR", "SAX", "", "HEART", shown.instances, (shown,))
    return Study(STUDY, Patient(), "", "", "", "", "", (series,))


def changed(phase=3, factor=0.5):
    key = ContourKey(LOOP, 0, phase)
    own = editable(key, outlines().lines_of(ContourKey("loop", 0, phase)))
    middle = own.controls_lps_mm.mean(axis=0)
    return replace(own, controls_lps_mm=middle + factor * (own.controls_lps_mm - middle))


@pytest.fixture
def start(qtbot, tmp_path):
    """Open the window on the same library, as often as a test likes."""
    library = Library.open(tmp_path / "library")
    library.import_paths(write_study(tmp_path / "study"))
    library.close()
    rooms = []

    def begin():
        room = ReadingRoom(Library.open(tmp_path / "library"), tmp_path / "settings.json")
        qtbot.addWidget(room.window)
        rooms.append(room)
        room.services.workspace.open(opened())
        return room

    yield begin
    for room in rooms:
        room.close()


def on_desk(room):
    return room.services.workspace.sitting.desk.contours


def test_a_changed_contour_is_there_after_a_restart_and_undo_reaches_the_disk(start, qtbot):
    room = start()
    contour = changed()
    room.services.workspace.edit_contour(contour)
    room.services.workspace.edit_contour(changed(5))
    room.services.workspace.undo()
    room.close()
    again = start()
    qtbot.waitUntil(lambda: contour.key in on_desk(again))
    assert [*on_desk(again)] == [contour.key]
    assert (on_desk(again)[contour.key].controls_lps_mm == contour.controls_lps_mm).all()
    again.services.workspace.undo()
    assert contour.key in on_desk(again)  # what was there before the first step stays


def test_closing_a_study_gives_no_contour_back(start, qtbot):
    room = start()
    room.services.workspace.edit_contour(changed())
    room.services.workspace.open(None)
    assert not on_desk(room)
    room.services.workspace.open(opened())
    qtbot.waitUntil(lambda: bool(on_desk(room)))


def test_a_contour_given_back_is_the_models_again(start):
    room = start()
    contour = changed()
    room.services.workspace.edit_contour(contour)
    room.services.workspace.give_back_contours([contour.key])
    room.close()
    library = Library.open(room.services.library.folder)
    assert library.outlined.contours(STUDY) == ()
    library.close()
    start()


def test_volumes_with_the_readers_contours_say_that_they_were_edited():
    found = outlines()
    own = replace(changed(3), key=ContourKey("loop", 0, 3))
    volumes = edited_volumes(found, {own.key: own})
    assert volumes.esv_ml == pytest.approx(found.curve({}).volume_ml[3] / 4, rel=0.05)
    assert volumes.origin.startswith("edited by reader: 1 of 12 contours")
    answer = Prediction("s", replace(card(), targets=TARGETS), ())
    findings = edited_findings(answer, volumes)
    assert [f.target.name for f in findings] == ["lvedv", "lvesv", "lvef"]
    assert findings[2].score == pytest.approx(volumes.ef_percent)
    assert all("edited by reader" in f.reason for f in findings)
    assert edited_volumes(found, {}) is None
    assert edited_findings(replace(answer, card=card()), volumes) == ()


def test_what_was_given_back_before_the_library_answered_does_not_come_back(start):
    room = start()
    keeping, contour = room.room.outlining, changed()
    room.services.workspace.edit_contour(contour)
    room.services.workspace.undo()
    keeping._keeping._take(STUDY, [contour])
    assert not on_desk(room)
