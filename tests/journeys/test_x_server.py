"""Once on a real X server: events come from the server, as they do from a reader's own mouse and keys."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from app.panels.palette import KeySheet
from tests.journeys.reader import Reader

ROOT = Path(__file__).parents[2]
ON_X = os.environ.get("QT_QPA_PLATFORM") == "xcb"
NEEDED = ("xvfb-run", "Xvfb", "xdotool")

pytestmark = pytest.mark.journey


@pytest.mark.slow
def test_the_window_works_on_an_x_server(shots: Path) -> None:
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if ON_X or missing:
        pytest.skip(f"not here: {', '.join(missing)}" if missing else "this is the X server already")
    line = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", sys.executable, "-m", "pytest", "-q", __file__]
    settings = {**os.environ, "QT_QPA_PLATFORM": "xcb", "NEGATOSCOPE_SHOTS": str(shots)}
    done = subprocess.run(
        line, cwd=ROOT, env=settings, timeout=300, capture_output=True, text=True, check=False
    )
    if "could not load the Qt platform plugin" in (done.stdout + done.stderr).lower():
        pytest.skip("Qt's xcb plugin lacks a system library here")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


@pytest.mark.skipif(not ON_X, reason="runs on the X server that the test above starts")
def test_mouse_and_keys_of_the_server_reach_the_pictures(reader: Reader, demo: Path) -> None:
    reader.drop([demo], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    centre = reader.view.mapToGlobal(reader.view.rect().center())
    start, before = reader.view.look.slice_index, reader.view.look.window
    hand("mousemove", centre.x(), centre.y(), "click", 5, "click", 5)
    reader.wait("the wheel", lambda: reader.view.look.slice_index == start + 2)
    drag(centre, QPoint(90, 0))
    reader.wait("a wider window", lambda: reader.view.look.window.width > before.width)
    hand("windowfocus", int(reader.window.winId()), "key", "i")
    reader.wait("white and black swapped", lambda: reader.view.look.inverted)
    hand("key", "ctrl+1")
    reader.wait("one viewport", lambda: len(reader.window.hanging.wall.visible_numbers) == 1)
    reader.photograph("x-server")
    hand("key", "question")
    reader.wait("the sheet of keys", lambda: reader.window.findChildren(KeySheet))


def hand(*words: object) -> None:
    """Move, press and type on the X server itself."""
    subprocess.run(["xdotool", *map(str, words)], check=True, timeout=20)
    QTest.qWait(80)


def drag(start: QPoint, by: QPoint) -> None:
    """Press, move in steps, release."""
    hand("mousemove", start.x(), start.y(), "mousedown", 1)
    for step in range(1, 7):
        hand("mousemove", start.x() + by.x() * step // 6, start.y() + by.y() * step // 6)
    hand("mouseup", 1)
