"""The end of the process: no thread may come back into an interpreter that is being torn down."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time

from app.viewer.render_thread import end_all

PATIENCE_S = 10.0


def leave(status: int, patience_s: float = PATIENCE_S) -> int:
    """Wait for every thread, and return `status`; where one is stuck, end at once with it."""
    end = time.monotonic() + patience_s
    ended = end_all(patience_s)
    for thread in _others():
        thread.join(max(0.0, end - time.monotonic()))
    if not ended or _others():
        _end_at_once(status)
    return status


def _others() -> list[threading.Thread]:
    """Threads that were started by Python and still run; those of Qt are Qt's."""
    return [t for t in threading.enumerate() if type(t) is threading.Thread and t.is_alive()]


def _end_at_once(status: int) -> None:
    """Everything is saved by now; what is stuck, such as a driver or a disk that is gone, is left behind."""
    logging.getLogger(__name__).warning("ended without %s", ", ".join(t.name for t in _others()))
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)
