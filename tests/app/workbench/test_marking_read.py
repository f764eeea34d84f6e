"""The read status follows what is done, and the keys: seen on the list and kept in the library."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import theme
from app.reading_status import Reading, ReadStatus
from tests.app.library.dicom_files import write_study
from tests.app.library.test_library import make_prediction
from tests.journeys.reader import Reader

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
FIRST, SECOND = "1.2.1", "1.2.2"


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    folder = tmp_path / "studies"
    write_study(folder / "a", study=1)
    write_study(folder / "b", study=2, PatientID="other", PatientName="Roe^Richard")
    reader.drop([folder], reader.window.studies)
    reader.wait("the list", lambda: len(reader.window.studies.shown) == 2)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def listed(reader, uid=FIRST) -> ReadStatus:
    return reader.window.studies.entry_of(uid).reading.status


def stored(reader, uid=FIRST) -> Reading:
    reader.room.services.saving.written().wait(10)
    return reader.room.services.library.readings.of_study(uid)


def open_first(reader) -> None:
    reader.window.studies.choose(FIRST)
    reader.window.studies.table.setFocus()
    reader.key(Qt.Key.Key_Return)
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait("its status", lambda: listed(reader) is not ReadStatus.UNREAD)


def press(reader, key, status) -> None:
    action = reader.room.menus.action(f"Mark study as {status}")
    reader.wait("the action", action.isEnabled)
    reader.key(key, CTRL_SHIFT)


def test_who_opens_a_study_begins_to_read_it_and_no_other(reader):
    assert {listed(reader, FIRST), listed(reader, SECOND)} == {ReadStatus.UNREAD}
    open_first(reader)
    assert (stored(reader).status, stored(reader).by_hand) == (ReadStatus.IN_PROGRESS, False)
    assert listed(reader, SECOND) is ReadStatus.UNREAD


def test_keys_mark_the_open_study_or_the_chosen_line_of_the_list(reader):
    reader.window.studies.choose(SECOND)
    reader.window.studies.table.setFocus()
    press(reader, Qt.Key.Key_R, "read")
    reader.wait("the list to say so", lambda: listed(reader, SECOND) is ReadStatus.READ)
    assert stored(reader, SECOND).by_hand
    open_first(reader)
    press(reader, Qt.Key.Key_E, "reported")
    reader.wait("the list to say so", lambda: listed(reader) is ReadStatus.REPORTED)
    reader.wait("the tick", reader.room.menus.action("Mark study as reported").isChecked)


def test_to_open_a_study_that_was_read_does_not_take_that_back(reader):
    reader.room.room.marking.mark_study(FIRST, ReadStatus.READ)
    reader.wait("the list to say so", lambda: listed(reader) is ReadStatus.READ)
    open_first(reader)
    assert stored(reader).status is ReadStatus.READ


def test_a_report_that_was_saved_makes_the_study_reported(reader, tmp_path):
    open_first(reader)
    reader.room.services.library.save_prediction(make_prediction())
    reader.room.services.workspace.add([make_prediction()])
    reader.wait("the triage", lambda: reader.window.studies.entry_of(FIRST).triage)
    assert reader.window.studies.entry_of(FIRST).triage.words == "Mass +2.0"
    reader.room.room.exporting.export_pdf(tmp_path / "report.pdf")
    reader.wait("the report", lambda: listed(reader) is ReadStatus.REPORTED, 120)
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


def test_a_picture_that_was_saved_is_no_report(reader, tmp_path):
    open_first(reader)
    reader.wait("the picture", lambda: reader.window.hanging.slice_views())
    reader.room.room.exporting.save_picture(tmp_path / "picture.png")
    reader.wait("the file", lambda: "Written" in reader.told)
    assert listed(reader) is ReadStatus.IN_PROGRESS


def test_the_status_is_there_after_a_restart_with_the_name_of_the_reader(reader):
    reader.room.services.remembered.change(reader="Dr. Röntgen")
    reader.room.room.marking.mark_study(FIRST, ReadStatus.READ)
    reader.leave()
    reader.sit_down()
    reader.wait("the list", lambda: reader.window.studies.shown)
    assert listed(reader) is ReadStatus.READ
    assert reader.window.studies.entry_of(FIRST).reading.reader == "Dr. Röntgen"


def test_the_next_study_of_the_unread_is_the_next_one_to_read(reader):
    QTest.mouseClick(reader.window.studies.status.button("unread"), Qt.MouseButton.LeftButton)
    open_first(reader)
    reader.wait("the action", reader.room.menus.action("Next study").isEnabled)
    reader.key(Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    reader.wait("the other study", lambda: reader.sitting.current.uid == SECOND)
