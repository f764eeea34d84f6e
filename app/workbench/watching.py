"""The bottom line follows the work in hand."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from app.jobs import Job, Jobs, JobState
from app.panels.activity import ActivityLine

PATIENCE_MS = 150  # work that ends sooner is not worth a flash


class Watching(QObject):
    """Shows the oldest running job, and stops it when asked. It goes with its line."""

    def __init__(self, jobs: Jobs, line: ActivityLine) -> None:
        super().__init__(line)
        self._jobs, self._line = jobs, line
        self._said = "Ready"
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PATIENCE_MS)
        self._timer.timeout.connect(self._show)
        jobs.started.connect(self._begin)
        jobs.ended.connect(self._end)
        line.cancel_requested.connect(self.stop)

    def stop(self) -> None:
        """Stop what the line shows."""
        if job := self._shown():
            job.cancel()

    def _begin(self, job: Job) -> None:
        job.progressed.connect(lambda *_: self._show_soon())
        self._show_soon()

    def _end(self, job: Job) -> None:
        words = {JobState.FAILED: "failed", JobState.CANCELLED: "stopped"}
        self._said = f"{job.title}: {words[job.state]}" if job.state in words else "Ready"
        self._show_soon()

    def _show_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def _show(self) -> None:
        job = self._shown()
        if job is None:
            self._line.show_idle(self._said)
            return
        self._line.show_work(job.title, job.fraction, job.note, job.seconds, len(self._jobs.running) - 1)

    def _shown(self) -> Job | None:
        running = self._jobs.running
        at_work = [job for job in running if job.state is not JobState.WAITING]
        return next(iter(at_work or running), None)
