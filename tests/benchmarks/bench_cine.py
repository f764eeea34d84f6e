"""Four ultrasound loops of 800 x 600 at once, against the rate that their headers ask for."""

from __future__ import annotations

import os
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from app import theme
from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.look import Look
from inference.imaging.study import Window
from inference.imaging.volume import Cine
from tests.benchmarks.row import Row

FPS, FRAMES, SECONDS = 30.0, 60, 4.0
MOST_DROPPED = 0.01


def rows() -> list[Row]:
    """One loop, which has to hold on software GL, and four, which have to hold with a graphics card."""
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    return [_row(1), _row(4)]


def _row(count: int) -> Row:
    views = _played(count)
    due = sum(v.playback.shown + v.playback.dropped for v in views)
    dropped = sum(v.playback.dropped for v in views) / max(1, due)
    rate = float(np.mean([v.playback.achieved() for v in views]))
    plural = "s" if count > 1 else ""
    return Row(
        f"cine, {count} loop{plural} of 800 x 600",
        f"{rate:.1f} fps, {100 * dropped:.1f} % dropped",
        f"the header's rate {FPS:.0f} fps",
        rate / FPS,
        "< 1 % dropped" + (" with a graphics card" if count > 1 else " on software GL"),
        dropped < MOST_DROPPED,
        f"{SECONDS:.0f} s by the wall clock; other programs on the machine count",
    )


def _played(count: int) -> list[CineView]:
    room = QWidget()
    grid = QGridLayout(room)
    cine = _loop()
    views = [CineView(cine, cine_exhibit(cine), Look(window=Window(128, 256))) for _ in range(count)]
    for n, view in enumerate(views):
        grid.addWidget(view, n // 2, n % 2)
    room.resize(1640, 1240 if count > 2 else 640)
    room.show()
    _wait(0.5)
    for view in views:
        view.play()
    _wait(SECONDS)
    for view in views:
        view.pause()
    for view in views:
        view.close()  # ends the thread that renders
    room.close()
    QApplication.processEvents()
    return views


def _wait(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    start = time.perf_counter()
    loop.exec()
    assert time.perf_counter() - start >= 0.9 * seconds


def _loop() -> Cine:
    """Grey noise in a fan, as an echo machine would burn it in, at the header's rate."""
    rng = np.random.default_rng(0)
    base = rng.integers(0, 256, (8, 600, 800), np.uint8)
    frames = base[np.arange(FRAMES) % 8]
    return Cine(frames, np.arange(FRAMES) * 1000 / FPS)
