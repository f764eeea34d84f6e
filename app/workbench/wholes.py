"""Whole series, each read once however many viewports wait for it; of loops, what it takes to play them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

from PySide6.QtCore import QTimer

from app.jobs import Job
from app.loops import middle_position
from app.workbench.reading_ahead import open_reel
from app.workbench.services import Services
from app.workbench.shelf import Whole
from inference.imaging.read import read_cine, read_volume
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Cine
from inference.progress import Report

SOON_MS = 10  # by then the first picture has been painted

Arrived = Callable[[DisplaySet, Whole], object]
Failed = Callable[[DisplaySet, Exception], object]


def _middle_loop(display_set: DisplaySet, report: Report) -> Cine:
    return read_cine(display_set, report, position=middle_position(display_set))


READERS: Mapping[Kind, Callable[[DisplaySet, Report], Whole]] = {
    Kind.VOLUME: read_volume,
    Kind.CINE: open_reel,  # long ones are watched while they are read
    Kind.CINE_STACK: _middle_loop,
}


class Wholes:
    """Reads volumes and loops on pool threads, and tells what came of it."""

    def __init__(self, services: Services, arrived: Arrived, failed: Failed) -> None:
        self._services, self._arrived, self._failed = services, arrived, failed
        self._jobs: dict[str, Job] = {}  # by display set uid
        self._soon: dict[str, DisplaySet] = {}

    def read(self, display_set: DisplaySet) -> None:
        """Read a series, unless it is being read; a stack is read picture by picture, as it is scrolled."""
        if display_set.kind not in READERS or display_set.uid in self._jobs:
            return
        read = READERS[display_set.kind]
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

    def _take(self, display_set: DisplaySet, pixels: Whole) -> None:
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
