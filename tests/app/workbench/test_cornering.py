"""The reader chooses what the corners say; it is seen at once, on every view, and kept after a restart."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import theme
from app.panels.corner_dialog import CornerDialog
from app.panels.preferences import PreferencesDialog
from app.viewer.look import Texts
from app.workbench.cornering import KEPT
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def opened(reader, folder):
    write_series(folder, KVP="120", Exposure=lambda k: str(50 + 10 * k), ConvolutionKernel="B31f")
    reader.drop([folder], reader.window.studies)
    reader.wait("the picture", lambda: reader.window.hanging.slice_views(), 240)
    reader.wait("how it was made", lambda: any("kernel" in line for line in said(reader)), 240)


def said(reader) -> tuple[str, ...]:
    return reader.view.furniture.corners(reader.view.scene(), Texts.ALL).bottom_right


def test_how_each_slice_was_made_stands_in_its_corner(reader, tmp_path):
    opened(reader, tmp_path / "ct")
    for index in (0, 3):
        reader.view.adjust(slice_index=index)
        wanted = f"120 kVp · {50 + 10 * index} mAs · kernel B31f"
        reader.wait("the slice", lambda wanted=wanted: wanted in said(reader), 240)


def test_the_reader_chooses_in_a_dialog_and_finds_it_again(reader, tmp_path):
    opened(reader, tmp_path / "ct")
    reader.key(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    settings = reader.window.findChild(PreferencesDialog)
    QTest.mouseClick(settings.corners, Qt.MouseButton.LeftButton)
    dialog = reader.window.findChild(CornerDialog)
    assert dialog.modality.currentData() == "CT"
    edit = dialog.edits["bottom right"]
    edit.setPlainText("")
    QTest.keyClicks(edit, "series, kernl")
    assert "“kernl” is not a text" in dialog.problem.text()
    QTest.keyClick(edit, Qt.Key.Key_Backspace)
    QTest.keyClicks(edit, "el")
    assert dialog.problem.text() == ""
    wanted = (f"{reader.view.exhibit.caption.texts['series']} · kernel B31f",)
    assert said(reader) == wanted
    dialog.accept()
    reader.leave()
    reader.sit_down()
    reader.wait("the picture", lambda: reader.window.hanging.slice_views(), 240)
    reader.wait("the same texts", lambda: said(reader) == wanted, 240)


def test_what_was_kept_and_cannot_be_read_is_as_shipped(reader, tmp_path):
    reader.leave()
    path = reader.home / "settings.json"
    stored = json.loads(path.read_text())
    stored["window"][KEPT] = json.dumps({"CT": {"all": {"bottom right": ["nonsense"]}}})
    path.write_text(json.dumps(stored))
    reader.sit_down()
    opened(reader, tmp_path / "ct")
    assert any("120 kVp" in line for line in said(reader))


def test_a_text_is_added_by_a_double_click_and_the_product_s_own_come_back(reader, tmp_path):
    opened(reader, tmp_path / "ct")
    reader.room.room.cornering.ask()
    dialog = reader.window.findChild(CornerDialog)
    edit = dialog.edits["bottom right"]
    edit.setPlainText("series")
    (name,) = dialog.names.findItems("pitch", Qt.MatchFlag.MatchExactly)
    dialog.names.itemDoubleClicked.emit(name)
    assert edit.toPlainText() == "series · pitch"
    QTest.mouseClick(dialog.shipped, Qt.MouseButton.LeftButton)
    assert "kernel" in edit.toPlainText()
    assert reader.room.services.remembered.settings.window[KEPT] == ""
    dialog.accept()
