"""First pictures: one of each series at once, long before the whole of it has been read."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.jobs import Job
from app.workbench.services import Services
from inference.imaging.read import read_picture
from inference.imaging.study import DisplaySet
from inference.imaging.volume import Picture

Arrived = Callable[[int, DisplaySet, int, Picture], object]  # slot, series, which picture, the picture
Failed = Callable[[int, DisplaySet, Exception], object]


class Firsts:
    """Reads one picture for each slot that waits, on pool threads."""

    def __init__(self, services: Services, arrived: Arrived, failed: Failed) -> None:
        self._services, self._arrived, self._failed = services, arrived, failed
        self._jobs: dict[int, Job] = {}  # by slot

    def read(self, slot: int, display_set: DisplaySet, index: int) -> None:
        """Read one picture of a series for a slot."""
        self._jobs[slot] = self._services.quiet.run(
            f"First picture of {display_set.title}",
            lambda _report: read_picture(display_set, index),
            then=partial(self._arrived, slot, display_set, index),
            otherwise=partial(self._failed, slot, display_set),
        )

    def stop(self, slot: int) -> None:
        """A slot waits no longer."""
        if job := self._jobs.pop(slot, None):
            job.cancel()
