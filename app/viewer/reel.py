"""A loop that is read while it is watched: frames on hand, and those that come next. Knows no Qt.

A loop that fits into `WHOLE_BYTES` ends up whole in memory. Of a larger one a ring of frames is kept: those
that the views on it come to next, and a few behind. Views say where they are; whoever reads takes the frames
that are missing, the next one first. `take` and `read` may be called by several threads, all else by the
thread of the views alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from app.viewer.reel_order import BEHIND, ReelOrder, coming
from app.viewer.slicing import Pixels
from inference.errors import ReviewError
from inference.imaging.open_loop import OpenLoop
from inference.imaging.volume import LoopFacts

WHOLE_BYTES = 512 << 20
RING_BYTES = 256 << 20
LEAST = 16  # frames of a ring, however large they are
_NEWEST = 0.2  # weight of the newest frame in the mean time that reading takes


class Reel:
    """The frames of one loop that are here. One that cannot be read stays in its place, without pixels."""

    def __init__(
        self, loop: OpenLoop, *, whole_bytes: int = WHOLE_BYTES, ring_bytes: int = RING_BYTES
    ) -> None:
        self.loop, self.frame_shape = loop, loop.frame_shape
        frame_bytes = math.prod(loop.frame_shape) * loop.dtype.itemsize
        self.is_whole = loop.count * frame_bytes <= whole_bytes
        self.room = loop.count if self.is_whole else min(loop.count, max(LEAST, ring_bytes // frame_bytes))
        self.nbytes = self.room * frame_bytes
        self.needed: Callable[[Reel], object] = lambda _reel: None  # somebody should read
        self.failures: dict[int, ReviewError] = {}
        self.read_ms = 0.0  # how long a frame takes, lately
        self._together = np.empty((self.room, *loop.frame_shape), loop.dtype) if self.is_whole else None
        self._here: dict[int, Pixels] = {}
        self._order = ReelOrder(self.room)
        self._ears: dict[object, Callable[[], object]] = {}
        self._lock = threading.Lock()

    @property
    def facts(self) -> LoopFacts:
        """What is known of the loop besides its pixels."""
        return self.loop.facts

    @property
    def is_complete(self) -> bool:
        """Nothing is left to be read."""
        return len(self._here) + len(self.failures) >= self.loop.count

    def frame(self, index: int) -> Pixels | None:
        """One frame; None where it is not here."""
        return self._here.get(index)

    def spans(self) -> tuple[tuple[int, int], ...]:
        """First and last frame of each run of frames that are here."""
        with self._lock:
            here = np.array(sorted(self._here))
        runs = np.split(here, np.flatnonzero(np.diff(here) > 1) + 1) if len(here) else []
        return tuple((int(run[0]), int(run[-1])) for run in runs)

    def watch(self, view: object, hear: Callable[[], object]) -> None:
        """A view looks at the loop, and is told when something has come."""
        self._ears[view] = hear

    def leave(self, view: object) -> None:
        """A view looks no longer; what only it would come to need not be read."""
        self._ears.pop(view, None)
        with self._lock:
            self._order.change(view, (), self._is_known)

    def tell(self) -> None:
        """Something has come."""
        for hear in tuple(self._ears.values()):
            hear()

    def go(self, view: object, route: NDArray[np.int64], place: int, lead: int = 0) -> None:
        """A view stands at a place of its route; frames before `lead` more cannot be here in time."""
        if self.is_whole and self.is_complete:
            return
        order = coming(route, place, self.room, lead)
        if self.is_whole:  # the rest as well
            order = list(dict.fromkeys(chain(order, range(self.loop.count))))
        with self._lock:
            self._order.change(view, order, self._is_known)
            missing = len(self._order.missing)
        soon = self.is_whole or order[0] not in self._here or missing >= self.room // BEHIND
        if missing and soon:
            self.needed(self)

    def go_on(self) -> None:
        """Whoever read has come to an end: something may have been wanted since."""
        if self._order.missing:
            self.needed(self)

    def take(self) -> int | None:
        """The next frame to `read`; None where nothing is missing."""
        with self._lock:
            return self._order.take(self._is_known)

    def read(self, frame: int) -> None:
        """Read a frame; what is wrong with it is kept."""
        # of a ring, an array of its own: whoever still paints a frame that has gone is not painted over
        whole = self._together
        out = np.empty(self.frame_shape, self.loop.dtype) if whole is None else whole[frame]
        began, failure = time.perf_counter(), None
        try:
            self.loop.read(frame, out)
        except ReviewError as error:
            failure = error
        except BaseException:
            self._order.taken.discard(frame)
            raise
        taken_ms = 1000 * (time.perf_counter() - began)
        with self._lock:
            self._order.taken.discard(frame)
            if failure is not None:
                self.failures[frame] = failure
                return
            self.read_ms += (taken_ms - self.read_ms) * (_NEWEST if self.read_ms else 1.0)
            self._keep(frame, out)

    def begin(self) -> None:
        """Read the first frame that can be read; the error of the first where none can."""
        for frame in range(self.loop.count):
            self.read(frame)
            if frame in self._here:
                return
        raise self.failures[0]

    def _keep(self, frame: int, pixels: Pixels) -> None:
        """Keep a frame, in place of one that nobody comes to."""
        while len(self._here) >= self.room:
            spare = next((other for other in self._here if other not in self._order.wanted), None)
            if spare is None or frame not in self._order.wanted:
                return
            del self._here[spare]
        self._here[frame] = pixels

    def _is_known(self, frame: int) -> bool:
        return frame in self._here or frame in self.failures
