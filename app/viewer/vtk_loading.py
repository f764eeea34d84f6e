"""VTK is loaded beside the window before it is needed: its import takes a second that no volume has."""

from __future__ import annotations

import atexit
import importlib
import threading
from collections.abc import Callable

STAGE = "app.viewer.volume_stage"  # imports everything of VTK that views use


def load_in_background(then: Callable[[], object]) -> threading.Thread:
    """Import the stages of loops and volumes in a thread of their own, and call `then` there."""

    def load() -> None:
        importlib.import_module(STAGE)
        then()

    thread = threading.Thread(target=load, name="load VTK", daemon=True)
    thread.start()
    atexit.register(thread.join)  # libraries that are being loaded must not be torn down
    return thread
