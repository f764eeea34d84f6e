from __future__ import annotations

import json
import time

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest

import resources
from app import theme
from app.commands import COMMANDS
from app.jobs import JobState
from app.library.values import ImportSummary, StudyEntry
from app.panels.palette import KeySheet, Palette
from app.viewer.slot import NO_PICTURES
from app.workbench.import_words import import_words
from app.workbench.opening import one_to_open
from app.workbench.remembering import SITTING
from inference.imaging.study import Kind, Patient, Refusal
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def demo():
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    return folder


def test_an_empty_library_says_what_to_do(reader):
    reader.wait("the list", lambda: "0 studies" in reader.window.activity.library.text())
    assert reader.window.library_is_shown
    assert reader.window.studies._empty.text() == "Drop a folder here, or Ctrl+O"


def test_escape_stops_the_work_in_hand(reader):
    def endless(report):
        while True:
            report(0.5, "counting")
            time.sleep(0.01)

    job = reader.room.services.jobs.run("Counting", endless)
    reader.wait("the activity line", reader.window.activity.cancel.isVisible)
    assert "Counting" in reader.window.activity.what.whole
    reader.key(Qt.Key.Key_Escape)
    reader.wait("the end", lambda: job.state is JobState.CANCELLED)
    reader.wait("the line to say so", lambda: reader.window.activity.what.whole == "Counting: stopped")


def test_an_error_is_a_sentence_and_a_hint_in_the_quiet_bar(reader):
    reader.room.room.opening.open_study("1.2.3")
    reader.wait("the notice", lambda: reader.told)
    assert reader.told == "The study is not in the library any more. Import it again."


def test_a_bad_file_is_named_and_the_good_ones_open(reader, shared_data):
    reader.drop([shared_data / "malformed"], reader.window.studies)
    reader.wait("the notice", lambda: "cannot be shown" in reader.told, 120)
    reader.wait("the list of what opened", lambda: len(reader.window.studies.shown) > 3)
    assert reader.window.library_is_shown


def test_a_study_without_pictures_opens_and_says_so(reader, shared_data):
    reader.drop([shared_data / "malformed"], reader.window.studies)
    reader.wait("the list of what opened", lambda: len(reader.window.studies.shown) > 3)
    reader.wait_until_idle()
    library = reader.room.services.library
    studies = [library.study(entry.uid) for entry in reader.window.studies.shown]
    bare = next(s for s in studies if all(d.kind is Kind.DOCUMENT for d in s.display_sets))
    reader.room.room.opening.open_study(bare.uid)
    reader.wait("the words", lambda: reader.window.hanging.wall.slots[0].text == NO_PICTURES)
    reader.wait("the document", lambda: reader.window.document.isVisible())
    assert not reader.window.library_is_shown


def test_one_patient_opens_at_the_newest_study_several_open_the_list():
    def entry(uid: str, patient: str) -> StudyEntry:
        return StudyEntry(uid, Patient(patient, patient), "", "", "", "", "", ("MR",), 1, 1, "")

    entries = [entry("2", "a"), entry("1", "a"), entry("3", "b")]
    assert one_to_open(entries, ["1", "2"]) == "2"
    assert one_to_open(entries, ["1", "3"]) == ""
    assert one_to_open(entries, []) == ""


def test_a_folder_without_pictures_says_what_to_choose(reader, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("nothing")
    reader.drop([tmp_path / "notes"], reader.window.studies)
    reader.wait("the notice", lambda: "No DICOM images" in reader.told)


def test_the_palette_finds_an_action_and_takes_it(reader):
    reader.key(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    palette = reader.window.findChild(Palette)
    QTest.keyClicks(palette.field, "left pan")
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    reader.wait("the panel to fold", lambda: not reader.window.is_unfolded("left"))


def test_the_sheet_shows_every_key(reader):
    reader.room.room.guidance.show_keys()
    sheet = reader.window.findChild(KeySheet)
    shown = " ".join(label.text() for label in sheet.findChildren(type(reader.window.activity.library)))
    for command in COMMANDS:
        assert command.text.rstrip(" 0123456789") in shown or not command.keys
    sheet.reject()


def test_a_folded_panel_is_folded_after_a_restart(reader):
    reader.key(Qt.Key.Key_F4)
    reader.leave()
    reader.sit_down()
    reader.window.show_library(False)
    assert reader.window.left.isVisible()
    assert not reader.window.right.isVisible()
    reader.key(Qt.Key.Key_F4)
    assert reader.window.right.isVisible()


def test_nothing_of_the_study_before_stays_on_the_wall(reader, demo):
    reader.drop([demo], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    reader.room.room.cutting.toggle()
    reader.wait("three planes", lambda: len(reader.window.hanging.slice_views()) == 3)
    reader.room.room.opening.close_study()
    assert not any(reader.window.hanging.view(slot) for slot in range(4))


def test_a_damaged_setting_does_not_keep_the_window_from_opening(reader):
    reader.leave()
    path = reader.home / "settings.json"
    stored = json.loads(path.read_text())
    stored["window"] = {"geometry": "%%%", "docks": "AAAA", SITTING: "[]"}
    path.write_text(json.dumps(stored))
    reader.sit_down()
    assert reader.window.isVisible()


def test_many_refused_files_are_counted_and_the_first_are_named(tmp_path):
    refused = tuple(Refusal(tmp_path / f"{n}.dcm", "cut short") for n in range(5))
    sentence, hint = import_words(ImportSummary(("1",), 3, 0, refused))
    assert sentence == "5 files cannot be shown."
    assert hint == "0.dcm: cut short; 1.dcm: cut short; 2.dcm: cut short; and 2 more"


@pytest.mark.parametrize("moment_ms", [0, 60, 400, 1500])
def test_nothing_looks_for_a_window_that_is_gone(reader, demo, qtbot, moment_ms):
    """Whatever a timer had still to do, at whatever moment of an opening the window is closed."""
    reader.drop([demo], reader.window.studies)
    QTest.qWait(moment_ms)
    room, window = reader.room, reader.window
    reader.leave()
    QCoreApplication.sendPostedEvents(window, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(window)
    with qtbot.captureExceptions() as raised:
        QTest.qWait(1000)
    assert not raised, raised
    reader.sit_down()
    del room
