"""The settings dialog tells settings, whole, with one value changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.panels.preferences import FIXED, NEXT_START, PreferencesDialog, Surroundings
from app.settings import Settings

PROFILES = (("Negatoscope", "standard"), ("PACS", "pacs"))


@pytest.fixture
def dialog(qtbot):
    made = PreferencesDialog(Surroundings(PROFILES, "/usual", fixed=False))
    qtbot.addWidget(made)
    made.show_settings(Settings(reader="Dr Grey"), "pacs")
    made.show()
    return made


@pytest.fixture
def told(dialog):
    heard: list[object] = []
    dialog.changed.connect(heard.append)
    dialog.profile_chosen.connect(heard.append)
    return heard


def test_it_shows_what_is_in_force_and_tells_nothing_by_that(dialog, told):
    dialog.show_settings(Settings(theme="light", text_percent=125, device="cpu", batch_workers=3), "standard")
    shown = (dialog.theme, dialog.text, dialog.device, dialog.profile)
    assert [choice.currentText() for choice in shown] == ["Light", "125 %", "CPU only", "Negatoscope"]
    assert dialog.workers.value() == 3
    assert told == []


def test_each_choice_by_keyboard_is_told_at_once(dialog, told):
    for choice in (dialog.theme, dialog.text, dialog.device):
        QTest.keyClick(choice, Qt.Key.Key_Down)
    QTest.keyClick(dialog.profile, Qt.Key.Key_Up)
    assert told[-2] == Settings(reader="Dr Grey", theme="light", text_percent=110, device="cpu")
    assert told[-1] == "standard"
    assert len(told) == 4


def test_a_name_is_told_when_it_is_finished(dialog, told):
    dialog.reader.selectAll()
    QTest.keyClicks(dialog.reader, "Dr Green ")
    assert told == []
    QTest.keyClick(dialog.reader, Qt.Key.Key_Return)
    assert told == [Settings(reader="Dr Green")]
    assert dialog.isVisible()


def test_a_library_that_cannot_be_is_not_kept(dialog, told, tmp_path):
    for place in ("somewhere", "ftp://host", __file__):
        dialog.library.setText(place)
        QTest.keyClick(dialog.library, Qt.Key.Key_Return)
        assert dialog.remark.text() != NEXT_START
    dialog.library.setText(str(tmp_path / "new"))
    QTest.keyClick(dialog.library, Qt.Key.Key_Return)
    assert dialog.remark.text() == NEXT_START
    assert told == [Settings(reader="Dr Grey", library=str(tmp_path / "new"))]


def test_where_the_environment_decides_the_library_cannot_be_moved(qtbot):
    dialog = PreferencesDialog(Surroundings(PROFILES, "/usual", fixed=True))
    qtbot.addWidget(dialog)
    assert not dialog.library.isEnabled()
    assert dialog.remark.text() == FIXED
