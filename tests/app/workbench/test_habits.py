"""What the reader left on is on again after a restart, and new views are dressed as the others are."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import resources
from app import theme
from app.panels.about import AboutDialog
from app.viewer.look import Interpolation, Texts, Tool
from app.workbench.habits import KEPT
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def test_tool_texts_and_links_survive_a_restart(reader):
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    reader.drop([folder], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views(), 120)
    reader.wait_until_idle()
    reader.window.hanging.setFocus()
    for key in (Qt.Key.Key_Z, Qt.Key.Key_A, Qt.Key.Key_Y):
        reader.key(key)
    shift = Qt.KeyboardModifier.ShiftModifier
    for key in (Qt.Key.Key_A, Qt.Key.Key_Y, Qt.Key.Key_X, Qt.Key.Key_S):
        reader.key(key, shift)
    reader.leave()
    reader.sit_down()
    room, hanging = reader.room.room, reader.window.hanging
    assert hanging.tool is Tool.ZOOM
    assert not hanging.together.scroll_together
    assert not hanging.together.show_references
    assert room.linking.place
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views(), 120)
    reader.wait_until_idle()
    for view in hanging.slice_views():
        assert view.tool is Tool.ZOOM
        assert (view.look.texts, view.look.patient_texts) == (Texts.MINIMAL, False)
        assert view.look.interpolation is Interpolation.CUBIC


def test_switches_that_cannot_be_read_are_as_at_the_first_start(reader):
    reader.leave()
    path = reader.home / "settings.json"
    stored = json.loads(path.read_text())
    stored["window"][KEPT] = json.dumps({"tool": "hammer", "texts": 3, "zoom": "yes"})
    path.write_text(json.dumps(stored))
    reader.sit_down()
    assert reader.window.hanging.tool is Tool.WINDOW
    assert reader.window.hanging.together.scroll_together


def test_the_first_start_says_what_this_is_not_until_the_reader_takes_note(reader):
    greeting = reader.window.greeting
    assert greeting.isVisible()
    assert "Not a medical device" in greeting.sentence.text()
    reader.click(greeting.action)
    assert not greeting.isVisible()
    reader.leave()
    reader.sit_down()
    assert not reader.window.greeting.isVisible()
    noticed = reader.room.services.remembered.settings.notice_read
    reader.room.room.guidance.show_about()
    about = reader.window.findChild(AboutDialog)
    said = " ".join(label.text() for label in about.findChildren(type(greeting.sentence)))
    assert noticed in said
    assert "must not be used for diagnosis" in said
    QTest.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()
