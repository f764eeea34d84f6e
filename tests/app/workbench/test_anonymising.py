"""An anonymised copy from the menu: what is asked, what is written, what the reader is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from app import theme
from app.deidentification.telling import LIST
from app.panels.anonymise import AnonymiseDialog
from inference.imaging.scan import scan
from tests.app.deidentification.worst import TELLING, write_worst
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    write_worst(tmp_path / "in" / "worst.dcm", BodyPartExamined="BRAIN")
    reader.drop([tmp_path / "in"], reader.window.studies)
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def ask(reader) -> AnonymiseDialog:
    reader.room.menus.action("Export anonymised copy…").trigger()
    return next(d for d in reader.window.findChildren(AnonymiseDialog) if d.isVisible())


def copies(out):
    return [p for p in out.rglob("*") if p.is_file()]


def test_a_copy_is_written_into_a_new_folder_and_the_face_is_told_of(reader, tmp_path):
    dialog = ask(reader)
    assert any("face" in label.text() for label in dialog.findChildren(type(reader.window.activity.library)))
    QTest.keyClicks(dialog.subject, "Case 7")
    QTest.mouseClick(dialog.shift, Qt.MouseButton.LeftButton, pos=dialog.shift.rect().center())
    dialog.shift.setChecked(True)
    (tmp_path / "out").mkdir()
    reader.click(dialog.go)
    reader.wait("the file dialog", lambda: reader.window.findChildren(QFileDialog))
    chooser = reader.window.findChildren(QFileDialog)[-1]
    chooser.fileSelected.emit(str(tmp_path / "out"))
    chooser.reject()
    reader.wait("the notice", lambda: "Written: one anonymised file" in reader.told)
    assert "does not remove faces" in reader.told
    files = copies(tmp_path / "out")
    assert not [w for p in files for w in TELLING if w in p.read_bytes().lower()]
    study = scan(tmp_path / "out").studies[0]
    assert (study.patient.name, study.patient.id) == ("Case 7", "Case 7")
    assert len([p for p in files if p.name == LIST]) == 1


def test_what_was_chosen_last_is_chosen_again_but_never_that_somebody_looked(reader, tmp_path):
    dialog = ask(reader)
    for box in (dialog.shift, dialog.words, dialog.looked):
        box.setChecked(True)
    options = dialog.options
    dialog.reject()
    reader.room.room.anonymising.export(reader.sitting.current, tmp_path, options)
    reader.wait_until_idle()
    again = ask(reader)
    assert [b.isChecked() for b in (again.shift, again.words, again.looked)] == [True, True, False]
    assert again.subject.text() == ""
    again.reject()


def test_two_exports_go_into_two_folders(reader, tmp_path):
    study, anonymising = reader.sitting.current, reader.room.room.anonymising
    for _ in range(2):
        anonymising.export(study, tmp_path / "out", ask_options(reader))
        reader.wait_until_idle()
    assert len(list((tmp_path / "out").iterdir())) == 2


def ask_options(reader):
    dialog = ask(reader)
    options = dialog.options
    dialog.reject()
    return options
