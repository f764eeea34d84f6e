"""Rendering beside the window."""

import subprocess
import sys
import threading
import time

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt

from app.viewer.render_thread import RenderThread, wait_for_all

LEAVES_IN_A_HURRY = """
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.viewer.exhibit import volume_exhibit
from app.viewer.volume_view import VolumeView
from inference.imaging.volume import Volume
application = QApplication([])
voxels = np.random.default_rng(0).integers(0, 900, (60, 90, 90)).astype(np.int16)
view = VolumeView(volume_exhibit(Volume(voxels, np.eye(4)[:, [2, 1, 0, 3]])))
view.resize(300, 300)
view.show()
view.rendered.connect(lambda _: QTimer.singleShot(20, application.quit))
application.exec()
"""

# A scene that takes its time to go, in C++ that hands the interpreter over: what a graphics driver does.
GOES_SLOWLY = """
import time
from PySide6.QtCore import QCoreApplication, QObject
from app.viewer.render_thread import RenderThread
application = QCoreApplication([])

class Scene:
    def render(self, request, is_stale):
        return request

    def close(self):
        pass

    def __del__(self):
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            QObject()

thread = RenderThread(Scene)
heard = []
thread.rendered.connect(heard.append)
thread.ask(1)
while not heard:
    application.processEvents()
thread.close()
time.sleep(0.1)  # the scene is closed, and is going
"""


class Board:
    """Answers each request with itself, and notes what happens to it."""

    def __init__(self, log, gate=None):
        self.log, self.gate = log, gate
        self.thread = threading.get_ident()

    def render(self, request, is_stale):
        assert threading.get_ident() == self.thread
        if self.gate:
            self.gate.wait(5)
        if request == "broken":
            raise OSError("no graphics")
        return None if is_stale() else request

    def close(self):
        self.log.append("closed")


@pytest.fixture
def log():
    return []


def test_the_newest_request_is_the_one_that_is_answered(qtbot, log):
    gate = threading.Event()
    thread = RenderThread(lambda: Board(log, gate))
    heard = []
    thread.rendered.connect(heard.append)
    for request in (1, 2, 3, 4):
        thread.ask(request)
        time.sleep(0.01)
    gate.set()
    qtbot.waitUntil(lambda: bool(heard))
    thread.close()
    assert wait_for_all()
    assert heard == [4]


def test_a_closed_thread_says_nothing_and_gives_everything_back(qtbot, log):
    gate = threading.Event()
    thread = RenderThread(lambda: Board(log, gate))
    thread.ask(1)
    thread.close()
    with qtbot.assertNotEmitted(thread.rendered, wait=50):
        gate.set()
        assert wait_for_all()
    thread.ask(2)
    assert wait_for_all(0.1)


def test_a_failure_is_told_and_the_scene_given_back(qtbot, log):
    thread = RenderThread(lambda: Board(log))
    with qtbot.waitSignal(thread.failed) as told:
        thread.ask("broken")
    assert told.args == ["no graphics"]
    assert wait_for_all()
    assert log == ["closed"]


@pytest.mark.parametrize("script", [LEAVES_IN_A_HURRY, GOES_SLOWLY])
def test_the_application_may_end_while_something_is_rendered(script):
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_a_thread_ends_with_what_it_renders_for(qtbot, log):
    owner = QObject()
    thread = RenderThread(lambda: Board(log), owner)
    with qtbot.waitSignal(thread.rendered):
        thread.ask(1)
    shiboken6.delete(owner)
    assert thread.is_closed
    assert wait_for_all()
    assert log == ["closed"]


def test_no_thread_is_the_last_to_let_go_of_what_it_speaks_through(qtbot, log):
    here, went_in = threading.get_ident(), []
    thread = RenderThread(lambda: Board(log))
    thread.destroyed.connect(
        lambda: went_in.append(threading.get_ident()), Qt.ConnectionType.DirectConnection
    )
    with qtbot.waitSignal(thread.rendered):
        thread.ask(1)
    thread.close()
    del thread
    qtbot.waitUntil(lambda: bool(went_in))
    assert went_in == [here]
