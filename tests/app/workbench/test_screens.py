"""Windows of viewports on other screens: what hangs there, what keys do there, what a restart finds again."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import resources
from app import theme
from app.layouts import PER_WINDOW, Layout
from app.manner import ViewKind
from app.standing import screens_key
from app.viewer.look import Plane, Tool
from app.workbench.screens import KEPT
from tests.journeys.reader import LEFT, PLAIN, Reader

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
SECOND = PER_WINDOW


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def opened(reader):
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    reader.drop([folder], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views(), 120)
    reader.wait_until_idle()
    reader.window.hanging.setFocus()
    return reader


def further(reader, number=0):
    return reader.room.room.screens.windows[number]


def open_second(reader):
    reader.key(Qt.Key.Key_N, CONTROL | SHIFT)
    reader.wait("the second window", lambda: reader.room.room.screens.windows)
    QTest.qWaitForWindowExposed(further(reader))
    reader.room.room.arranging.show_series(reader.sitting.desk.slots[0], SECOND)
    reader.wait("its pictures", lambda: reader.window.hanging.slice_view(SECOND) is not None)
    reader.wait_until_idle()
    return further(reader)


def choose(reader, slot):
    view = reader.window.hanging.slice_view(slot)
    QTest.mouseClick(view, LEFT, PLAIN, QPoint(20, 20))
    view.window().activateWindow()
    reader.wait("the other window", lambda: view.window().isActiveWindow())
    view.setFocus()
    return view


def test_a_second_window_is_a_part_of_the_wall(opened):
    hanging, desk = opened.window.hanging, opened.sitting.desk
    window = open_second(opened)
    assert desk.layout is opened.sitting.desk.layout
    assert opened.sitting.desk.further == (Layout.ONE,)
    assert "second window" in window.windowTitle()
    view = choose(opened, SECOND)
    assert opened.sitting.chosen_slot == SECOND
    opened.key(Qt.Key.Key_P)  # tools
    assert {v.tool for v in hanging.slice_views()} == {Tool.PAN}
    inverted = view.look.inverted
    opened.key(Qt.Key.Key_I)  # keys of pictures
    assert view.look.inverted is not inverted
    opened.key(Qt.Key.Key_2, CONTROL)  # the layout of the window in hand
    assert opened.sitting.desk.layouts == (desk.layout, Layout.TWO)
    opened.key(Qt.Key.Key_Tab)
    assert opened.sitting.chosen_slot == SECOND + 1
    opened.key(Qt.Key.Key_Tab)
    assert opened.sitting.chosen_slot == 0
    opened.wait("the first window", opened.window.isActiveWindow)


def test_crosshair_and_scrolling_are_shared_between_windows(opened):
    hanging = opened.window.hanging
    open_second(opened)
    series = opened.sitting.desk.slots[0]
    first, second = hanging.slice_view(0), hanging.slice_view(SECOND)
    assert second.window() is not first.window()
    assert second.exhibit.display_set_uid == series
    second.step(3)
    assert first.look.slice_index == second.look.slice_index
    point = second.plane.to_lps_mm((40.0, 30.0))
    hanging.together.point_at(second, point)
    assert first.look.crosshair_lps_mm == pytest.approx(tuple(point))


def test_planes_and_windows_are_there_again_after_a_restart(opened):
    room = opened.room.room
    open_second(opened)
    names = [m.protocol.key for m in room.protocols.matches]
    match = room.protocols.matches[names.index("mr")]
    deep = next(n for n, s in enumerate(match.stages) if any(w.needs_volume for w in s.wishes))
    room.protocols.hang(match, deep)
    opened.wait("planes", lambda: len([v for v in opened.window.hanging.slice_views()
                                       if v.look.plane is not Plane.NATIVE]) == 3, 120)  # fmt: skip
    opened.wait_until_idle()
    assert "stage 2 of 2" in opened.told
    hung = opened.sitting.desk
    assert [m.view for m in hung.manners[:4]] == [
        ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL, ViewKind.VOLUME,
    ]  # fmt: skip
    coronal = opened.window.hanging.slice_view(2)
    coronal.step(7)
    place = coronal.look.slice_index
    opened.leave()
    assert not further_windows_visible(opened)
    opened.sit_down()
    opened.wait("the planes again", lambda: opened.window.hanging.slice_view(2) is not None, 120)
    opened.wait_until_idle()
    assert len(opened.room.room.screens.windows) == 1
    assert opened.sitting.desk.layouts == hung.layouts
    assert opened.sitting.desk.slots == hung.slots
    assert [m.view for m in opened.sitting.desk.manners[:4]] == [m.view for m in hung.manners[:4]]
    again = opened.window.hanging.slice_view(2)
    assert (again.look.plane, again.look.slice_index) == (Plane.CORONAL, place)


def further_windows_visible(reader):
    return any(window.isVisible() for window in reader.room.room.screens.windows)


def test_closing_the_second_of_three_leaves_the_third_where_it_stands(opened):
    screens = opened.room.room.screens
    second = open_second(opened)
    opened.key(Qt.Key.Key_N, CONTROL | SHIFT)
    assert not screens.can_open
    third, series = further(opened, 1), opened.sitting.desk.slots[0]
    opened.room.room.arranging.show_series(series, 2 * PER_WINDOW)
    opened.wait_until_idle()
    second.close()
    assert screens.windows == [third]
    assert opened.sitting.desk.further == (Layout.ONE,)
    opened.wait("its pictures", lambda: opened.window.hanging.slice_view(SECOND) is not None)
    view = opened.window.hanging.slice_view(SECOND)
    assert view.window() is third
    assert view.exhibit.display_set_uid == series


def test_a_screen_that_is_gone_puts_its_window_where_it_can_be_seen(reader):
    reader.leave()
    path = reader.home / "settings.json"
    stored = json.loads(path.read_text())
    lost = {"geometry": "AAAA", "screen": "a screen that was here yesterday", "full": "yes", "layout": "1x2"}
    stored["window"][KEPT] = json.dumps([lost, "?", {"layout": "9x9"}])
    path.write_text(json.dumps(stored))
    reader.sit_down()
    windows = reader.room.room.screens.windows
    assert reader.sitting.desk.further == (Layout.TWO, Layout.ONE)
    for window in windows:
        assert window.screen().availableGeometry().contains(window.frameGeometry().center())
        assert not window.isFullScreen()


@pytest.mark.parametrize("text", ["{", "3", "", "[]", '{"a": 3}', '{"a": [4, {"layout": 5}]}'])
def test_what_cannot_be_read_opens_no_window(reader, text):
    reader.leave()
    rewrite(reader, text)
    reader.sit_down()
    assert reader.room.room.screens.windows == []


def rewrite(reader, text):
    """Put another text where places are kept."""
    path = reader.home / "settings.json"
    stored = json.loads(path.read_text())
    stored["window"][KEPT] = text
    path.write_text(json.dumps(stored))


def test_windows_are_remembered_for_each_set_of_screens(reader):
    reader.key(Qt.Key.Key_N, CONTROL | SHIFT)
    further(reader).resize(500, 400)
    reader.leave()
    kept = json.loads(json.loads((reader.home / "settings.json").read_text())["window"][KEPT])
    assert [*kept] == [screens_key()]
    rewrite(reader, json.dumps({"other screens": [{}], **kept}))
    reader.sit_down()
    assert further(reader).size().toTuple() == (500, 400)
    reader.leave()
    rewrite(reader, json.dumps({**kept, screens_key(): kept[screens_key()][:1], "others": [{}, {}]}))
    reader.sit_down()
    assert reader.room.room.screens.windows == []  # on these screens there was one window only
