"""Whole series, each read once however many viewports wait for it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from PySide6.QtCore import QTimer

from app.jobs import Job
from app.workbench.services import Services
from inference.imaging.read import read_cine, read_volume
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Cine, Volume

LOOPS = (Kind.CINE, Kind.CINE_STACK)
SOON_MS = 10  # by then the first picture has been painted

Arrived = Callable[[DisplaySet, Volume | Cine], object]
Failed = Callable[[DisplaySet, Exception], object]


class Wholes:
    """Reads volumes and loops on pool threads, and tells what came of it."""

    def __init__(self, services: Services, arrived: Arrived, failed: Failed) -> None:
        self._services, self._arrived, self._failed = services, arrived, failed
        self._jobs: dict[str, Job] = {}  # by display set uid
        self._soon: dict[str, DisplaySet] = {}

    def read(self, display_set: DisplaySet) -> None:
        """Read a series, unless it is being read; a stack is read picture by picture, as it is scrolled."""
        if display_set.kind is not Kind.VOLUME and display_set.kind not in LOOPS:
            return
        if display_set.uid in self._jobs:
            return
        read = read_cine if display_set.kind in LOOPS else read_volume
        self._jobs[display_set.uid] = self._services.jobs.run(
            f"Reading {display_set.title}",
            lambda report: read(display_set, report),
            then=partial(self._take, display_set),
            otherwise=partial(self._refuse, display_set),
        )
        self._jobs[display_set.uid].ended.connect(partial(self._forget, display_set.uid))

    def read_soon(self, display_set: DisplaySet) -> None:
        """Read a series behind its first picture: nothing shares the machine with what is waited for."""
        self._soon[display_set.uid] = display_set
        QTimer.singleShot(SOON_MS, self._begin)

    def _begin(self) -> None:
        soon, self._soon = self._soon, {}
        for display_set in soon.values():
            self.read(display_set)

    def keep_only(self, uids: Collection[str]) -> None:
        """Stop reading what nobody waits for any more."""
        self._soon = {uid: display_set for uid, display_set in self._soon.items() if uid in uids}
        for uid in [uid for uid in self._jobs if uid not in uids]:
            self._jobs.pop(uid).cancel()

    def _take(self, display_set: DisplaySet, pixels: Volume | Cine) -> None:
        self._jobs.pop(display_set.uid, None)
        self._arrived(display_set, pixels)

    def _refuse(self, display_set: DisplaySet, error: Exception) -> None:
        self._jobs.pop(display_set.uid, None)
        self._failed(display_set, error)

    def _forget(self, uid: str) -> None:
        """One that the reader stopped may be read again."""
        job = self._jobs.get(uid)
        if job is not None and job.is_over:
            del self._jobs[uid]
