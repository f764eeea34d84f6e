"""The process ends with the status that it was given, whatever its threads are at."""

import subprocess
import sys

import pytest

LOOPS_PLAY = """
import sys
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget
from app.leaving import leave
from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.look import Look
from inference.imaging.study import Window
from inference.imaging.volume import Cine

frames = np.random.default_rng(0).integers(0, 256, (6, 240, 320), np.uint8)
cine = Cine(frames, np.arange(6) * 5.0)

def wall():
    room = QWidget()
    grid = QGridLayout(room)
    for n in range(4):
        grid.addWidget(CineView(cine, cine_exhibit(cine), Look(window=Window(128, 256))), n // 2, n % 2)
    room.resize(900, 700)
    room.show()
    for view in room.findChildren(CineView):
        view.picture.needs_card = False  # the thread renders on, whatever it draws with
        view.play()
    return room

def seen():
    if not all(view.picture._picture for room in rooms for view in room.findChildren(CineView)):
        return
    timer.stop()
    {way}

application = QApplication([])
rooms = [wall()]
timer = QTimer(interval=10)
timer.timeout.connect(seen)
timer.start()
{end}
"""
WAYS = {
    "the window is closed": "rooms[0].close()",
    "the application quits": "application.quit()",
    "the window is let go of": "rooms.clear(); application.quit()",
    "a window goes, another comes": "rooms.append(wall()); rooms.pop(0).close(); application.quit()",
}
ENDS = {"the application": "sys.exit(leave(application.exec()))", "a script": "application.exec()"}

A_THREAD_IS_STUCK = """
import sys, threading
from app.leaving import leave
threading.Thread(target=threading.Event().wait, name="a disk that is gone", daemon=True).start()
print("saved")
sys.exit(leave(3, 0.2))
"""


def ended(script: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("way", WAYS)
def test_it_ends_well_while_loops_play(way, end):
    script = LOOPS_PLAY.format(way=WAYS[way], end=ENDS[end])
    status, _, said = ended(script)
    assert (status, "terminate" in said) == (0, False), said


def test_a_thread_that_is_stuck_keeps_nobody_from_leaving():
    status, told, said = ended(A_THREAD_IS_STUCK)
    assert (status, told) == (3, "saved\n"), said
    assert "a disk that is gone" in said


def test_a_thread_that_still_works_may_finish():
    script = A_THREAD_IS_STUCK.replace("threading.Event().wait", "lambda: (time.sleep(0.3), print('done'))")
    status, told, said = ended(script.replace("0.2", "30").replace("import sys", "import time, sys"))
    assert (status, told) == (3, "saved\ndone\n"), said
