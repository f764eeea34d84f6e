"""One opening of a study from the library, alone in its process.

python -m tests.benchmarks.first_probe prepare|open HOME FOLDER

`prepare` reads the folder into the library; `open` measures from the double click to painted pixels. By then
VTK has been loaded beside the window, as it has while somebody looks for a study.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.library.library import Library
from app.viewer.grey import image_to_array
from app.viewer.slice_view import SliceView
from tests.journeys.reader import LEFT, PLAIN, Reader

PATIENCE_S = 900.0


class FirstPaint(QObject):
    """Notes when a picture has been painted for the first time."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s, self.busy_s, self.own_s = 0.0, 0.0, 0.0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Seen before the view paints: the next turn of the event loop comes after it."""
        if event.type() is QEvent.Type.Paint and isinstance(watched, SliceView):
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        if not self.at_s:
            self.at_s = time.perf_counter()
            self.busy_s, self.own_s = time.process_time(), time.thread_time()


def main() -> None:
    """Do what was asked and end."""
    what, home, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    if what == "prepare":
        library = Library.open(home / "library")
        library.import_paths([folder])
        library.close()
        return
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    reader = Reader(home, home)
    reader.watchdog.stop()  # its thread would be part of what is measured
    reader.wait("the library", lambda: reader.window.studies.shown, PATIENCE_S)
    QTest.qWait(1500)
    reader.wait(
        "VTK", lambda: "load VTK" not in [thread.name for thread in threading.enumerate()], PATIENCE_S
    )
    print(json.dumps(opened(reader, application)), flush=True)
    os._exit(0)  # what closes afterwards is no part of an opening


def opened(reader: Reader, application: QApplication) -> dict[str, float]:
    """Seconds by the wall, of the process, and of the thread of the window."""
    table, first = reader.window.studies.table, FirstPaint()
    spot = table.visualRect(table.model().index(0, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, PLAIN, spot)
    application.installEventFilter(first)
    start, busy, own = time.perf_counter(), time.process_time(), time.thread_time()
    QTest.mouseDClick(table.viewport(), LEFT, PLAIN, spot)
    reader.wait("painted pixels", lambda: first.at_s, PATIENCE_S)
    application.removeEventFilter(first)
    assert image_to_array(reader.view.grab().toImage())[..., :3].std() > 20, "the picture is empty"
    return {"wall": first.at_s - start, "process": first.busy_s - busy, "own": first.own_s - own}


if __name__ == "__main__":
    main()
