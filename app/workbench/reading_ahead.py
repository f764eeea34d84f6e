"""Reads the frames that come next in the loops on the wall, on threads of its own."""

from __future__ import annotations

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from app.jobs import Job, JobState, Pool
from app.viewer.reel import RING_BYTES, WHOLE_BYTES, Reel
from app.workbench.services import Services
from inference.imaging.codecs import WORKERS
from inference.imaging.open_loop import open_loop
from inference.imaging.study import DisplaySet
from inference.progress import Report

THREADS = 2  # loops that are read at the same time: first pictures and thumbnails have threads of their own


class ReadingAhead:
    """One job for each loop while frames of it are missing; it ends when all that is wanted is here."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pool = Pool(THREADS, "frames")
        self._read: dict[str, tuple[Job, Reel]] = {}  # by display set uid; a job that is over holds no pixels

    def attend(self, display_set: DisplaySet, reel: Reel) -> None:
        """Read whatever the views on this loop come to."""
        reel.needed = partial(self._begin, display_set)

    def keep_only(self, uids: Collection[str]) -> None:
        """Read no further in loops that hang no more."""
        for uid in [uid for uid in self._read if uid not in uids]:
            self._read.pop(uid)[0].cancel()

    def close(self) -> None:
        """Read no more."""
        self.keep_only(())
        self._pool.close(1.0)

    def _begin(self, display_set: DisplaySet, reel: Reel) -> None:
        uid = display_set.uid
        if uid in self._read and not self._read[uid][0].is_over:
            return
        job = Job(f"Reading ahead in {display_set.title}", partial(fill, reel))
        self._read[uid] = (job, reel)
        job.progressed.connect(lambda *_: self._tell(uid))
        job.ended.connect(lambda: self._ended(uid))
        self._services.quiet.start(job, self._pool, otherwise=self._services.messages.show)

    def _tell(self, uid: str) -> None:
        if uid in self._read:
            self._read[uid][1].tell()

    def _ended(self, uid: str) -> None:
        """What came last is told too, and what a view came to meanwhile is read."""
        job, reel = self._read.get(uid, (None, None))
        if job is None or reel is None or not job.is_over:
            return
        del self._read[uid]
        reel.tell()
        if job.state is JobState.DONE:
            reel.go_on()


def open_reel(display_set: DisplaySet, report: Report) -> Reel:
    """A loop with the first of its frames; called on a pool thread."""
    reel = Reel(open_loop(display_set, report), whole_bytes=WHOLE_BYTES, ring_bytes=RING_BYTES)
    reel.begin()
    return reel


def fill(reel: Reel, report: Report) -> None:
    """Read what is missing until nothing is; called on a pool thread. Decoders work side by side."""
    if not reel.loop.is_compressed:
        _fill(reel, report)
        return
    with ThreadPoolExecutor(WORKERS, "frames") as threads:
        for each in [threads.submit(_fill, reel, report) for _ in range(WORKERS)]:
            each.result()


def _fill(reel: Reel, report: Report) -> None:
    while True:
        report(0.0, "")  # tells that something has come, and ends here when nobody waits any more
        frame = reel.take()
        if frame is None:
            return
        reel.read(frame)
