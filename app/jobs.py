"""Long work with progress and cancel. A job lives on the GUI thread; its worker only tells.

Everything a job says is said on the GUI thread, in order, and ends with `ended`. Once cancelled it says
nothing but that.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from inference.progress import Cancelled, Report

Work = Callable[[Report], Any]
Answer = Callable[[Any], object]
WORKERS = 4
RECENT = (
    32  # ended jobs kept: for the activity panel, and so that no worker is the last to let go of a QObject
)


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    STOPPING = "stopping"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(QObject):
    """Work on another thread, seen from the GUI thread. Only `run` and `report` are for the worker."""

    progressed = Signal(float, str)  # fraction done, note
    succeeded = Signal(object)
    failed = Signal(object)  # the exception
    ended = Signal()  # always last

    _told = Signal()
    _finished = Signal()

    def __init__(self, title: str, work: Work, *, on_cancel: Callable[[], None] | None = None) -> None:
        super().__init__()
        self.title = title
        self.state = JobState.WAITING
        self.fraction, self.note = 0.0, ""
        self._work, self._on_cancel = work, on_cancel
        self._stop, self._taken = threading.Event(), threading.Lock()
        self._latest, self._pending = (0.0, ""), False
        self._started_s = 0.0
        self._result: object = None
        self._error: BaseException | None = None
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._finished.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def is_over(self) -> bool:
        """Nothing more will come."""
        return self.state in {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self._started_s if self._started_s else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it may still take; None while that cannot be said."""
        if self.state is not JobState.RUNNING or self.fraction < 0.02 or self.seconds < 1.0:
            return None
        return self.seconds * (1.0 - self.fraction) / self.fraction

    def cancel(self) -> None:
        """Ask to stop. From now on the job says nothing but that it ended."""
        if self._stop.is_set() or self.is_over:
            return
        self._stop.set()
        if self._taken.acquire(blocking=False):  # no worker has begun, and now none will
            self._end()
            return
        self.state = JobState.STOPPING
        self.progressed.emit(self.fraction, "stopping")
        if self._on_cancel is not None:
            self._on_cancel()

    def run(self) -> None:
        """Do the work; called once, on a worker thread."""
        if not self._taken.acquire(blocking=False):
            return
        self._started_s = time.monotonic()
        try:
            self.report(0.0, "")
            self._result = self._work(self.report)
        except Cancelled:
            self._stop.set()
        except BaseException as error:  # noqa: BLE001 - the boundary: every failure becomes a signal
            self._error = error
        self._finished.emit()

    def report(self, fraction: float, note: str = "") -> None:
        """Tell how far the work is; raises Cancelled when asked to stop. Called by the worker.

        However often it is called, at most one message waits for the GUI thread, and it is the latest.
        """
        if self._stop.is_set():
            raise Cancelled
        self._latest = (min(max(fraction, 0.0), 1.0), note)
        if not self._pending:
            self._pending = True
            self._told.emit()

    def _hear(self) -> None:
        self._pending = False  # before the latest is read: what comes in between is told twice, never lost
        if not self._stop.is_set() and not self.is_over:
            self.state = JobState.RUNNING
            self.fraction, self.note = self._latest
            self.progressed.emit(self.fraction, self.note)

    def _end(self) -> None:
        """Deliver, unless it was cancelled, and let go of everything."""
        result, error = self._result, self._error
        self._result = self._error = self._on_cancel = None
        self._work = _nothing
        if self._stop.is_set():
            self.state = JobState.CANCELLED
        elif error is not None:
            self.state = JobState.FAILED
            self.failed.emit(error)
        else:
            self.state = JobState.DONE
            self.succeeded.emit(result)
        self.ended.emit()


class Pool:
    """Threads that take work in the order it came. They never keep the application from ending."""

    def __init__(self, threads: int, name: str) -> None:
        self._queue: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads = [
            threading.Thread(target=self._serve, name=f"{name} {n + 1}", daemon=True) for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], None]) -> None:
        """Do `work` on the next free thread."""
        self._queue.put(work)

    def close(self, seconds: float) -> bool:
        """Let the threads end after their present work; True if all did within `seconds`."""
        for _ in self._threads:
            self._queue.put(None)
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        while (work := self._queue.get()) is not None:
            work()
            del work  # holds a job and its closures, which must not wait here for the next one


class Jobs(QObject):
    """All jobs of the window, for the activity panel and for closing."""

    started = Signal(object)  # Job
    ended = Signal(object)  # Job

    def __init__(self, parent: QObject | None = None, *, workers: int = WORKERS) -> None:
        super().__init__(parent)
        self._pool = Pool(workers, "job")
        self._running: list[Job] = []
        self._recent: deque[Job] = deque(maxlen=RECENT)
        self._closed = False

    @property
    def running(self) -> tuple[Job, ...]:
        """Jobs that wait or run, oldest first."""
        return tuple(self._running)

    @property
    def recent(self) -> tuple[Job, ...]:
        """The last jobs that ended, oldest first."""
        return tuple(self._recent)

    def run(
        self, title: str, work: Work, *, then: Answer | None = None, otherwise: Answer | None = None
    ) -> Job:
        """Do `work(report)` on a pool thread, then `then(result)` or `otherwise(error)` on the GUI thread."""
        return self.start(Job(title, work), self._pool, then=then, otherwise=otherwise)

    def start(
        self, job: Job, pool: Pool, *, then: Answer | None = None, otherwise: Answer | None = None
    ) -> Job:
        """Start a job on a pool; its callbacks are connected first, so that none is missed."""
        if then is not None:
            job.succeeded.connect(then)
        if otherwise is not None:
            job.failed.connect(otherwise)
        job.ended.connect(self._forget)  # no closure over the job: it would keep itself alive
        self._running.append(job)
        self.started.emit(job)
        pool.submit(job.run)
        if self._closed:
            job.cancel()
        return job

    def cancel_all(self) -> None:
        """Ask every job to stop."""
        for job in self.running:
            job.cancel()

    def close(self, seconds: float = 2.0) -> bool:
        """Cancel everything and wait for the threads; called when the window closes. True if all ended."""
        self._closed = True
        self.cancel_all()
        return self._pool.close(seconds)

    def _forget(self) -> None:
        for job in [job for job in self._running if job.is_over]:
            self._running.remove(job)
            self._recent.append(job)
            self.ended.emit(job)


def _nothing(_report: Report) -> None:
    """What a job that is over would do."""
