"""What moves, played in the window, alone in its process: `moving_probe HOME FOLDER loop|planes SECONDS`."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.viewer.cine_clock import Playback
from app.viewer.cine_view import CineView
from tests.journeys.reader import Reader

PATIENCE_S = 900.0


def main() -> None:
    """Open, play, and print how it went."""
    home, folder, what, seconds = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], float(sys.argv[4])
    application = QApplication.instance() or QApplication([])
    theme.apply(application)
    reader = Reader(home, home)
    reader.watchdog.stop()
    reader.drop([folder], reader.window.studies)
    hanging = reader.window.hanging
    reader.wait("the loop", lambda: isinstance(hanging.view(0), CineView), PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    loop = hanging.view(0)
    if what == "loop":
        told = _played(reader, loop.playback, seconds)
        told["source"] = loop.rate_source
    else:
        reader.key(Qt.Key.Key_M)
        reader.wait("all phases", lambda: hanging.moving.is_on, PATIENCE_S)
        QTest.qWait(3000)  # the first picture in 3-D takes its time
        told = _played(reader, hanging.player.playback, seconds)
        told["source"] = hanging.moving.rate_in_space()
    print(json.dumps(told), flush=True)
    os._exit(0)  # what closes afterwards is no part of it


def _played(reader: Reader, playback: Playback, seconds: float) -> dict[str, Any]:
    """Play by the key, as a reader does, and say what was asked and what was shown."""
    reader.window.hanging.setFocus()
    busy = time.process_time()
    reader.key(Qt.Key.Key_Space)
    QTest.qWait(round(1000 * seconds))
    return {
        "asked": playback.times.rate,
        "uneven": bool(abs(playback.times.starts_ms[1:] - playback.times.starts_ms[:-1]).std() > 0.01),
        "achieved": playback.achieved(),
        "shown": playback.shown,
        "dropped": playback.dropped,
        "busy": (time.process_time() - busy) / seconds,
    }


if __name__ == "__main__":
    main()
