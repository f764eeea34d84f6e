"""Two windows of viewports on a real X server: clicks and keys of the server reach the second one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.layouts import PER_WINDOW, Layout
from tests.journeys.reader import Reader
from tests.journeys.test_x_server import NEEDED, ON_X, ROOT, hand

pytestmark = pytest.mark.journey


@pytest.mark.slow
def test_two_windows_work_on_an_x_server(shots: Path) -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if ON_X or missing:
        pytest.skip(f"not here: {', '.join(missing)}" if missing else "this is the X server already")
    line = ["xvfb-run", "-a", "-s", "-screen 0 1680x1050x24", sys.executable, "-m", "pytest", "-q", __file__]
    settings = {**os.environ, "QT_QPA_PLATFORM": "xcb", "NEGATOSCOPE_SHOTS": str(shots)}
    done = subprocess.run(
        line, cwd=ROOT, env=settings, timeout=300, capture_output=True, text=True, check=False
    )
    if "could not load the Qt platform plugin" in (done.stdout + done.stderr).lower():
        pytest.skip("Qt's xcb plugin lacks a system library here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.skipif(not ON_X, reason="runs on the X server that the test above starts")
def test_the_second_window_takes_mouse_and_keys(reader: Reader, demo: Path) -> None:
    reader.drop([demo], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    hand("windowfocus", int(reader.window.winId()), "key", "ctrl+shift+n")
    reader.wait("the second window", lambda: reader.room.room.screens.windows)
    second = reader.room.room.screens.windows[0]
    QTest.qWaitForWindowExposed(second)
    reader.room.room.arranging.show_series(reader.sitting.desk.slots[0], PER_WINDOW)
    reader.wait("its picture", lambda: reader.window.hanging.slice_view(PER_WINDOW))
    reader.wait_until_idle()
    QTest.qWait(200)
    view = reader.window.hanging.slice_view(PER_WINDOW)
    centre, start = view.mapToGlobal(view.rect().center()), view.look.slice_index
    hand("mousemove", centre.x(), centre.y(), "click", 1, "click", 5, "click", 5)
    reader.wait("the wheel", lambda: view.look.slice_index == start + 2)
    assert reader.sitting.chosen_slot == PER_WINDOW
    hand("windowfocus", int(second.winId()), "key", "i")
    reader.wait("white and black swapped", lambda: view.look.inverted)
    hand("key", "ctrl+2")
    reader.wait("two viewports", lambda: reader.sitting.desk.further == (Layout.TWO,))
    hand("key", "F11")
    reader.wait("the whole screen", second.isFullScreen)
    assert not reader.window.isFullScreen()
    QTest.qWait(200)
    second.grab().save(str(reader.shots / "second-window.png"))
    hand("key", "F11")
    reader.wait("the window again", lambda: not second.isFullScreen())
