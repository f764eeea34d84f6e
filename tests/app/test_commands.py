from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

import resources
from app.command import MENUS
from app.commands import COMMANDS
from app.viewer.profiles import profile_called, profile_keys


def test_no_two_commands_share_a_shortcut():
    keys = Counter(QKeySequence(key).toString() for command in COMMANDS for key in command.keys)
    assert not [key for key, count in keys.items() if count > 1]


@pytest.mark.parametrize("profile", profile_keys())
def test_no_two_commands_share_a_shortcut_in_any_profile(profile):
    own = profile_called(profile).keys
    assert own.keys() <= {command.text for command in COMMANDS}
    bound = [key for command in COMMANDS for key in own.get(command.text, command.keys)]
    assert [k for k, n in Counter(QKeySequence(key).toString() for key in bound).items() if n > 1] == []
    assert all(QKeySequence(key).toString() for key in bound)


def test_every_shortcut_is_one_that_qt_knows():
    for command in COMMANDS:
        assert all(QKeySequence(key).toString() for key in command.keys), command.text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.text)
def test_every_command_has_a_tip_and_a_menu(command):
    assert command.tip
    assert not command.tip.endswith((".", "!"))
    assert command.menu in MENUS


def test_no_two_commands_have_the_same_name():
    assert len({command.text for command in COMMANDS}) == len(COMMANDS)


def test_every_icon_is_there():
    for command in COMMANDS:
        if command.icon:
            assert resources.path(f"icons/{command.icon}.svg").is_file(), command.icon


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("0", "Window: automatic"),
        ("1", "Window: from the file"),
        ("W", "Window"),
        ("P", "Pan"),
        ("Z", "Zoom"),
        ("S", "Scroll"),
        ("I", "Invert"),
        ("R", "Rotate clockwise"),
        ("H", "Flip left and right"),
        ("V", "Flip top and bottom"),
        ("C", "Cine"),
        ("Space", "Play or pause"),
        ("Ctrl+0", "Reset view"),
        ("A", "Corner texts"),
        ("Ctrl+E", "Explain the finding"),
        ("Ctrl+R", "Run the model"),
        ("Ctrl+P", "Export PDF report…"),
        ("Ctrl+K", "Command palette…"),
        ("?", "Keys"),
        ("Esc", "Stop"),
        ("F11", "Full screen"),
        ("Ctrl+O", "Open folder…"),
        ("Ctrl+Z", "Undo"),
    ],
)
def test_the_keys_of_the_reading_room(key, text):
    assert key in next(command for command in COMMANDS if command.text == text).keys
