"""What can be clicked is large enough, can be reached by keys, says its shortcut, and goes with Esc."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QSlider,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

import resources
from app import theme
from app.commands import COMMANDS
from app.panels.rows import Row
from tests.journeys.reader import Reader

LEAST_PX = 28
CLICKED = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QSlider, QTabBar, Row)


@pytest.fixture(scope="module")
def reader(qapp, tmp_path_factory):
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    home = tmp_path_factory.mktemp("home")
    theme.apply(qapp)
    reader = Reader(home, home)
    reader.drop([folder], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views(), 120)
    reader.wait_until_idle()
    reader.window.hanging.setFocus()
    yield reader
    reader.leave()
    reader.watchdog.stop()
    theme.apply(qapp)


def asked(reader) -> dict[str, object]:
    room = reader.room.room
    return {
        "keys": room.guidance.show_keys,
        "about": room.guidance.show_about,
        "settings": room.preferring.ask,
        "bindings": room.binding.ask,
        "protocols": room.protocol_saving.ask,
        "tags": room.tags.show_tags,
        "card": room.modelling.show_card,
        "window": room.looking.ask_for_window,
        "slab": room.looking.ask_for_slab,
    }


def on_show(reader) -> QDialog | None:
    return next((d for d in reader.window.findChildren(QDialog) if d.isVisible()), None)


def too_small(widget: QWidget) -> list[str]:
    """What can be clicked in a widget and is narrower or lower than a finger; fields inside fields aside."""
    found = []
    for each in widget.findChildren(QWidget):
        inner = isinstance(each.parent(), QAbstractSpinBox | QComboBox | QLineEdit)
        if isinstance(each, CLICKED) and each.isVisible() and each.isEnabled() and not inner:
            size = each.size()
            if min(size.width(), size.height()) < LEAST_PX and each.objectName() != "qt_toolbar_ext_button":
                name = each.text() if isinstance(each, QAbstractButton) else each.accessibleName()
                found.append(f"{type(each).__name__} {name!r} {size.width()} x {size.height()}")
    return found


@pytest.mark.parametrize("percent", [100, 150])
def test_what_can_be_clicked_in_the_window_is_large_enough(reader, percent):
    theme.apply(QApplication.instance(), "dark", percent)
    try:
        for library in (True, False):
            reader.window.show_library(library)
            QTest.qWait(100)
            assert too_small(reader.window) == []
    finally:
        theme.apply(QApplication.instance())


def test_what_opens_is_large_enough_has_keys_and_closes_with_escape(reader):
    for name, ask in asked(reader).items():
        ask()
        reader.wait(name, lambda: on_show(reader))
        QTest.qWait(50)
        dialog = on_show(reader)
        assert too_small(dialog) == [], name
        QTest.keyClick(dialog, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is not None, name
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        assert not dialog.isVisible(), name
        QTest.qWait(20)  # it goes with the next events


def test_every_button_of_the_bar_names_its_shortcut(reader):
    by_tip = {command.tip: command for command in COMMANDS}
    bar = reader.window.findChild(QToolBar)
    for button in bar.findChildren(QToolButton):
        action = button.defaultAction()
        if action is not None and action.statusTip():
            command = by_tip[action.statusTip()]
            assert f"({command.keys[0]})" in button.toolTip()


def test_every_command_is_found_in_the_palette_by_its_name(reader):
    menus = reader.room.menus
    assert {action.text() for action in menus.actions} == {command.text for command in COMMANDS}
    assert all(action.statusTip() for action in menus.actions)


def test_a_browser_that_is_closed_before_its_tags_are_read_is_left_alone(reader, qtbot):
    with qtbot.captureExceptions() as raised:
        for _ in range(8):
            reader.room.room.tags.show_tags()
            on_show(reader).reject()
            QTest.qWait(5)
        reader.wait_until_idle()
        QTest.qWait(50)
    assert not raised, raised
