"""Settings are applied at once where they can be, and kept."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.panels.preferences import PreferencesDialog
from app.settings import Settings, load_settings
from app.workbench.preferring import variables_of
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()
    theme.apply(qapp)


def asked(reader) -> PreferencesDialog:
    reader.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    return reader.window.findChild(PreferencesDialog)


def test_theme_texts_and_device_change_at_once_and_are_kept(reader):
    dialog, small = asked(reader), QApplication.font().pointSizeF()
    for choice in (dialog.theme, dialog.text, dialog.device):
        QTest.keyClick(choice, Qt.Key.Key_Down)
    QTest.keyClick(dialog.profile, Qt.Key.Key_Home)
    remembered = reader.room.services.remembered
    assert reader.room.room.pages.is_light
    assert QApplication.font().pointSizeF() == pytest.approx(1.1 * small)
    assert "font-size: 16.5px" in theme.style_sheet()
    assert reader.room.room.binding.profile.key == dialog.profile.currentData()
    wanted = (remembered.settings.theme, remembered.settings.text_percent, remembered.settings.device)
    assert wanted == ("light", 110, "cpu")
    reader.wait_until_idle()
    reader.wait("the file", lambda: load_settings(remembered._path).device == "cpu")


def test_the_device_is_told_to_the_process_of_the_models():
    assert variables_of(Settings(device="cpu")) == {"NEGATOSCOPE_DEVICE": "cpu"}
    assert variables_of(Settings()) == {}
