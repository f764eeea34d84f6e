"""Writes to the disk behind the window, one after another, in the order in which they were asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

from PySide6.QtCore import QObject, Qt, Signal

from app.jobs import Pool
from app.messages import Messages

PATIENCE_S = 10.0  # that closing the window waits for what was still to be written


class Saving(QObject):
    """One thread. Nothing that was handed over is dropped: closing waits for it."""

    _failed = Signal(object)  # the exception, from the thread to the window

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self._pool = Pool(1, "saving")
        self._messages = messages
        self._failed.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def run(self, write: Callable[[], object]) -> None:
        """Do `write` after everything that was handed over before."""
        self._pool.submit(lambda: self._do(write))

    def written(self) -> Event:
        """Set once everything that was handed over so far is on disk: what reads it waits for that."""
        done = Event()
        self._pool.submit(done.set)
        return done

    def close(self) -> bool:
        """Wait until everything is written; False where the disk did not answer in time."""
        return self._pool.close(PATIENCE_S)

    def _do(self, write: Callable[[], object]) -> None:
        try:
            write()
        except Exception as error:  # noqa: BLE001 - the boundary: the window shows it in words
            self._failed.emit(error)

    def _tell(self, error: Exception) -> None:
        self._messages.show(error)
