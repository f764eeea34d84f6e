"""Profiles, and the reader's own keys and buttons."""

import pytest
from PySide6.QtCore import Qt

from app.panels.bindings import BindingsDialog, KeyRow
from app.viewer.look import Tool
from app.viewer.profiles import profile_called, profile_keys
from app.workbench.binding import profile_of

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.mark.parametrize("key", profile_keys())
def test_every_profile_names_real_tools(key):
    profile = profile_called(key)
    assert all(profile.knows(deed) for deed in profile.mouse.values())
    assert profile.tool(LEFT, NONE, Tool.ANGLE) is Tool.ANGLE
    assert profile.turn(NONE) == "scroll"
    assert profile.turn(CONTROL) == "zoom"


def test_a_modifier_that_means_nothing_changes_nothing():
    profile = profile_called("standard")
    assert profile.tool(RIGHT, CONTROL, Tool.PAN) is Tool.ZOOM
    assert profile.tool(LEFT, SHIFT, Tool.PAN) is Tool.CROSSHAIR


def test_the_pacs_profile_windows_with_the_right_button():
    assert profile_called("pacs").tool(RIGHT, NONE, Tool.PAN) is Tool.WINDOW


@pytest.mark.parametrize("told", [{}, {"profile": "gone"}, {"profile": 3, "mouse": "x", "keys": [1]},
                                  {"mouse": {"left": "no such tool"}, "keys": {"Length": 7}}])  # fmt: skip
def test_damaged_settings_fall_back_to_the_standard_profile(told):
    assert profile_of(told) == profile_called("standard")


def test_own_changes_lie_over_the_profile():
    profile = profile_of({"profile": "pacs", "mouse": {"Ctrl+left": "length"}, "keys": {"Length": ["F6"]}})
    assert profile.tool(LEFT, CONTROL, Tool.PAN) is Tool.LENGTH
    assert profile.keys["Length"] == ("F6",)
    assert profile.title == "PACS"


def test_the_dialog_tells_what_the_reader_chooses(qtbot):
    dialog = BindingsDialog([("standard", "Negatoscope"), ("pacs", "PACS")])
    qtbot.addWidget(dialog)
    rows = [KeyRow("Length", "Measure", ("L",)), KeyRow("Open folder…", "Open", ("Ctrl+O",))]
    dialog.show_profile(profile_called("standard"), rows, own=False)
    told = []
    dialog.keys_changed.connect(lambda text, keys: told.append((text, keys)))
    dialog.mouse_changed.connect(lambda press, deed: told.append((press, deed)))
    dialog.profile_chosen.connect(told.append)
    dialog.choose("Length")
    dialog.field.setKeySequence("F6")
    dialog._give()
    choice = dialog.buttons["Ctrl+left"]
    choice.setCurrentIndex(choice.findData("length"))
    choice.activated.emit(choice.currentIndex())
    dialog.profiles.setCurrentIndex(1)
    dialog.profiles.activated.emit(1)
    assert told == [("Length", ["F6"]), ("Ctrl+left", "length"), "pacs"]


def test_the_dialog_finds_actions_and_keys(qtbot):
    dialog = BindingsDialog([("standard", "Negatoscope")])
    qtbot.addWidget(dialog)
    rows = [KeyRow("Length", "Measure", ("L",)), KeyRow("Open folder…", "Open", ("Ctrl+O",))]
    dialog.show_profile(profile_called("standard"), rows, own=False)
    dialog.search.setText("ctrl+o")
    hidden = [dialog.table.topLevelItem(n).isHidden() for n in range(2)]
    assert hidden == [True, False]
