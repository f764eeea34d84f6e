"""A thread that owns one VTK scene from its making to its end: rendering never holds up the window."""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, Signal, SignalInstance

_log = logging.getLogger(__name__)


class Stage(Protocol):
    """A VTK scene. Every call comes from the thread that made it."""

    def render(self, request: Any, is_stale: Callable[[], bool]) -> object | None:
        """What `request` asks for; None where a newer request made it stale."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class RenderThread(QObject):
    """Renders what was asked for last. Requests that come faster than pictures are passed over."""

    rendered = Signal(object)  # what the stage returned
    failed = Signal(str)

    def __init__(self, make_stage: Callable[[], Stage], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_stage = make_stage
        self._waiting: object | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="negatoscope-render", daemon=True)
        self._started = False

    def ask(self, request: object) -> None:
        """Render this next; the answer comes by `rendered`."""
        with self._changed:
            if self._closed:
                return
            self._waiting = request
            self._changed.notify()
        if not self._started:
            self._started = True
            _alive.add(self)
            self._thread.start()

    def close(self) -> None:
        """Let the thread end by itself; what it still renders is thrown away."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _is_stale(self) -> bool:
        return self._closed or self._waiting is not None

    def _next(self) -> object | None:
        with self._changed:
            while self._waiting is None and not self._closed:
                self._changed.wait()
            request, self._waiting = self._waiting, None
            return None if self._closed else request

    def _run(self) -> None:
        stage: Stage | None = None
        try:
            while (request := self._next()) is not None:
                stage = stage or self._make_stage()
                picture = stage.render(request, self._is_stale)
                if picture is not None:
                    self._tell(self.rendered, picture)
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a signal
            _log.exception("rendering failed")
            self._tell(self.failed, str(error))
        finally:
            if stage is not None:
                stage.close()
            _alive.discard(self)

    def _tell(self, signal: SignalInstance, value: object) -> None:
        """Emit, unless nobody is there to hear it: a view may go without having been closed."""
        if not self._closed and shiboken6.isValid(self):
            signal.emit(value)

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended."""
        self._thread.join(seconds)


_alive: set[RenderThread] = set()


def wait_for_all(seconds: float = 5.0) -> bool:
    """Wait until every closed thread has ended. False where one is stuck."""
    end = time.monotonic() + seconds
    for thread in tuple(_alive):
        thread.join(max(0.0, end - time.monotonic()))
    return not _alive


@atexit.register
def end_all() -> None:
    """End every thread: a graphics driver must not be torn down while it draws."""
    for thread in tuple(_alive):
        thread.close()
    wait_for_all()
