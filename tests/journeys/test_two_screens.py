"""Two monitors on a real X server: the second window goes to the second one, comes back, and goes again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.journeys.reader import Reader
from tests.journeys.test_x_server import NEEDED, ON_X, ROOT, hand

pytestmark = pytest.mark.journey

TWO_WIDE = "-screen 0 2800x1000x24"
MONITORS = {"left": ("1600/400x1000/250+0+0", "screen"), "right": ("1200/300x1000/250+1600+0", "none")}


@pytest.mark.slow
def test_windows_follow_the_screens_of_an_x_server(shots: Path) -> None:
    missing = [name for name in (*NEEDED, "xrandr") if shutil.which(name) is None]
    if ON_X or missing:
        pytest.skip(f"not here: {', '.join(missing)}" if missing else "this is the X server already")
    line = ["xvfb-run", "-a", "-s", TWO_WIDE, sys.executable, "-m", "pytest", "-q", __file__]
    settings = {**os.environ, "QT_QPA_PLATFORM": "xcb", "NEGATOSCOPE_SHOTS": str(shots)}
    done = subprocess.run(line, cwd=ROOT, env=settings, capture_output=True, text=True, check=False)
    if "could not load the Qt platform plugin" in (done.stdout + done.stderr).lower():
        pytest.skip("Qt's xcb plugin lacks a system library here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.skipif(not ON_X, reason="runs on the X server that the test above starts")
def test_the_second_window_goes_to_the_second_screen_and_comes_back(reader: Reader) -> None:
    plug(reader, "left")
    plug(reader, "right")
    reader.window.setGeometry(20, 20, 1400, 900)
    second = open_second(reader)
    assert second.screen().name() == "right"
    assert right_screen().geometry().contains(second.geometry().center())
    second.showNormal()
    second.setGeometry(1700, 100, 600, 500)
    QTest.qWait(800)
    stood = second.geometry()

    unplug(reader, "right")
    reader.wait("the window in sight", lambda: first_screen().geometry().contains(second.frameGeometry()))
    assert second.isVisible()
    second.setGeometry(100, 120, 500, 400)
    QTest.qWait(800)
    beside = second.geometry()

    plug(reader, "right")
    reader.wait("the window where it stood", lambda: second.geometry() == stood)
    unplug(reader, "right")
    reader.wait("the window where it stood on one screen", lambda: second.geometry() == beside)

    plug(reader, "right")
    reader.wait("the window where it stood again", lambda: second.geometry() == stood)
    QTest.qWait(800)
    reader.leave()
    reader.sit_down()
    second = reader.room.room.screens.windows[0]
    reader.wait("the window after a restart", lambda: second.geometry() == stood)
    assert second.screen().name() == "right"


def open_second(reader: Reader):
    hand("windowfocus", int(reader.window.winId()), "key", "ctrl+shift+n")
    reader.wait("the second window", lambda: reader.room.room.screens.windows)
    second = reader.room.room.screens.windows[0]
    QTest.qWaitForWindowExposed(second)
    return second


def plug(reader: Reader, name: str) -> None:
    """A monitor more, and wait until Qt knows."""
    xrandr("--setmonitor", name, *MONITORS[name])
    reader.wait("the monitor", lambda: name in names())


def unplug(reader: Reader, name: str) -> None:
    """A monitor less."""
    xrandr("--delmonitor", name)
    reader.wait("the monitor to go", lambda: name not in names())


def xrandr(*words: str) -> None:
    subprocess.run(["xrandr", *words], check=True, timeout=60)


def names() -> list[str]:
    return [screen.name() for screen in QGuiApplication.screens()]


def first_screen():
    return next(screen for screen in QGuiApplication.screens() if screen.name() == "left")


def right_screen():
    return next(screen for screen in QGuiApplication.screens() if screen.name() == "right")
