"""VTK is loaded beside the window before it is needed: its import takes a second that no volume has."""

from __future__ import annotations

import atexit
import importlib
import threading

STAGE = "app.viewer.volume_stage"  # imports everything of VTK that views use


def load_in_background() -> threading.Thread:
    """Import the stages of loops and volumes in a thread of their own."""
    thread = threading.Thread(target=importlib.import_module, args=(STAGE,), name="load VTK", daemon=True)
    thread.start()
    atexit.register(thread.join)  # libraries that are being loaded must not be torn down
    return thread
