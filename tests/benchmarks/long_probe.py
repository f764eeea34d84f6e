"""A long loop, alone in its process.

python -m tests.benchmarks.long_probe prepare HOME FOLDER ... | play HOME SECONDS | whole FOLDER

`play` opens a small loop of the library first, so that all that any loop needs is in memory, then the long
one, and plays it as soon as that can be done.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.collecting import set_aside
from app.library.library import Library
from app.viewer.cine_view import CineView
from app.viewer.reel import Reel
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from tests.benchmarks.first_probe import FirstPaint
from tests.benchmarks.memory_probe import Peak, now
from tests.journeys.reader import LEFT, PLAIN, Reader

PATIENCE_S = 900.0


def prepare(home: str, *folders: str) -> dict[str, float]:
    """Read folders into the library."""
    library = Library.open(Path(home) / "library")
    library.import_paths([Path(folder) for folder in folders])
    library.close()
    return {}


def whole(folder: str) -> dict[str, float]:
    """The peer: every frame into one array, before any is shown."""
    (display_set,) = (d for study in scan(Path(folder)).studies for d in study.display_sets)
    start = time.perf_counter()
    cine = read_cine(display_set)
    return {"seconds": time.perf_counter() - start, "frames": len(cine.frames)}


def play(home: str, seconds: str) -> dict[str, float]:
    """Open from the library, play, and say how it went."""
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    reader = Reader(Path(home), Path(home))
    reader.watchdog.stop()
    set_aside()
    reader.wait("the library", lambda: len(reader.window.studies.shown) == 2, PATIENCE_S)
    QTest.qWait(2500)  # VTK is loaded meanwhile
    _open(reader, "Loop")
    _loop(reader, "Loop")
    reader.wait_until_idle(PATIENCE_S)
    reader.wait("the runner", lambda: reader.room.services.runner.pid is not None, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    before, first, peak = now(), FirstPaint(), Peak()
    reader.window.show_library(True)
    QTest.qWait(200)
    application.installEventFilter(first)
    start = time.perf_counter()
    _open(reader, "Long")
    loop = _loop(reader, "Long")
    ready = time.perf_counter() - start
    reel = loop.view.exhibit.native.cine
    assert isinstance(reel, Reel)
    assert not reel.is_whole
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_Space)
    QTest.qWait(round(1000 * float(seconds)))
    playback = loop.playback
    told = {"ready_s": ready, "first_s": first.at_s - start, "achieved": playback.achieved(),
            "shown": playback.shown, "dropped": playback.dropped, "room": reel.room}  # fmt: skip
    peak.stop()
    return {**told, "peak": peak.most - before}


def _open(reader: Reader, patient: str) -> None:
    """By a double click in the library."""
    row = next(n for n, entry in enumerate(reader.window.studies.shown) if patient in entry.patient.name)
    table = reader.window.studies.table
    spot = table.visualRect(table.model().index(row, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, PLAIN, spot)
    QTest.mouseDClick(table.viewport(), LEFT, PLAIN, spot)


def _loop(reader: Reader, patient: str) -> CineView:
    """The loop of a patient, once it hangs."""

    def there() -> bool:
        current = reader.sitting.current
        view = reader.window.hanging.view(0)
        return bool(current and patient in current.patient.name) and isinstance(view, CineView)

    reader.wait("the loop", there, PATIENCE_S)
    found = reader.window.hanging.view(0)
    assert isinstance(found, CineView)
    return found


if __name__ == "__main__":
    answer = {"prepare": prepare, "whole": whole, "play": play}[sys.argv[1]](*sys.argv[2:])
    print(json.dumps(answer), flush=True)
    os._exit(0)  # what closes afterwards is no part of it
