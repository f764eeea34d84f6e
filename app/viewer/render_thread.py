"""A thread that owns one VTK scene from its making to its end: rendering never holds up the window.

No such thread may still run when Python is torn down: one that comes back from C++ into an interpreter that
is going is unwound through destructors that must not be unwound, and the process ends with "terminate called
without an active exception". For the same reason no thread is ever the last to let go of a QObject.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from app.viewer.freed_memory import give_back

_log = logging.getLogger(__name__)
_AT_EXIT_S = 30.0  # a picture that is being rendered on a machine that others hold


class Stage(Protocol):
    """A VTK scene. Every call comes from the thread that made it."""

    def render(self, request: Any, is_stale: Callable[[], bool]) -> object | None:
        """What `request` asks for; None where a newer request made it stale."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class RenderThread(QObject):
    """Renders what was asked for last. Requests that come faster than pictures are passed over.

    It ends with its owner, but has no parent: what the thread speaks through stays as long as the thread.
    """

    rendered = Signal(object)  # what the stage returned
    failed = Signal(str)

    _ended = Signal()

    def __init__(self, make_stage: Callable[[], Stage], owner: QObject | None = None) -> None:
        super().__init__()
        self._make_stage = make_stage
        self._waiting: object | None = None
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="negatoscope-render", daemon=True)
        self._started = False
        self._ended.connect(self.bury, Qt.ConnectionType.QueuedConnection)
        if owner is not None:
            owner.destroyed.connect(self.close)

    @property
    def is_closed(self) -> bool:
        """Nothing more will be rendered."""
        return self._closed

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

    def bury(self, seconds: float = 1.0) -> bool:
        """Let go of the thread once it has ended; False where it still runs. Called on the GUI thread."""
        self._thread.join(seconds)
        if not self._thread.is_alive():
            _alive.discard(self)
        return not self._thread.is_alive()

    def _is_stale(self) -> bool:
        return self._closed or self._waiting is not None

    def _next(self) -> object | None:
        with self._changed:
            while self._waiting is None and not self._closed:
                self._changed.wait()
            request, self._waiting = self._waiting, None
            return None if self._closed else request

    def _run(self) -> None:
        try:
            self._serve()
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes a signal
            _log.exception("rendering failed")
            self._tell(self.failed, str(error))
        give_back()  # here, where nobody waits for it
        self._closed = True
        self._ended.emit()

    def _serve(self) -> None:
        stage: Stage | None = None
        try:
            while (request := self._next()) is not None:
                stage = stage or self._make_stage()
                picture = stage.render(request, self._is_stale)
                if picture is not None:
                    self._tell(self.rendered, picture)
        finally:
            if stage is not None:
                stage.close()

    def _tell(self, signal: SignalInstance, value: object) -> None:
        """Emit, unless nobody wants to hear any more."""
        if not self._closed:
            signal.emit(value)


_alive: set[RenderThread] = set()  # changed by the GUI thread alone


def wait_for_all(seconds: float = 5.0) -> bool:
    """Wait until every closed thread has ended. False where one is stuck."""
    end = time.monotonic() + seconds
    closed = [thread for thread in _alive if thread.is_closed]
    ended = [thread.bury(max(0.0, end - time.monotonic())) for thread in closed]
    return all(ended)


@atexit.register
def end_all(seconds: float = _AT_EXIT_S) -> bool:
    """End every thread, and wait: a graphics driver must not be torn down while it draws."""
    for thread in tuple(_alive):
        thread.close()
    return wait_for_all(seconds)
