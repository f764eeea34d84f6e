"""Measures how long the event loop was held up, and by what."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer

BEAT_MS = 5
SUSPICIOUS_S = 0.06  # from here on the stack is looked at


@dataclass(frozen=True)
class Gap:
    """One time in which the event loop did not run, with the stack that was seen in it.

    busy_s  processor time that the application had in it: little where other programs held the machine
    own_s   of it in the thread of the window: what others of its threads did is no part of it
    """

    seconds: float
    stack: str
    busy_s: float = 0.0
    own_s: float = 0.0


class Watchdog(QObject):
    """A timer that beats, and a thread that looks at the main thread when the beat is late."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[Gap] = []
        self.beats: list[float] = []
        self._seen = ""
        self._last, self._last_busy, self._last_own = _clocks()
        self._main = threading.get_ident()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._beat)
        self._timer.start(BEAT_MS)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look no longer."""
        self._timer.stop()
        self._over.set()
        self._thread.join()

    def forgive(self) -> None:
        """Do not count what was done since the last beat, such as a screenshot of the test's own."""
        (self._last, self._last_busy, self._last_own), self._seen = _clocks(), ""

    @property
    def worst(self) -> Gap:
        """The longest gap."""
        return max(self.gaps, key=lambda gap: gap.seconds, default=Gap(0.0, ""))

    def percentile(self, share: float) -> float:
        """Seconds that `share` of the beats did not exceed."""
        beats = sorted(self.beats)
        return beats[min(len(beats) - 1, int(share * len(beats)))] if beats else 0.0

    def words(self) -> str:
        """How long the event loop was held up, and by what; told, as a busy machine is no fault of ours."""
        worst, own = self.worst, max((gap.own_s for gap in self.gaps), default=0.0)
        p99, longest, busy = (1000 * s for s in (self.percentile(0.99), worst.seconds, worst.busy_s))
        return (
            f"event loop: p99 {p99:.0f} ms, longest gap {longest:.0f} ms, in which the application had "
            f"{busy:.0f} ms of processor time; the window's own in any gap at most {1000 * own:.0f} ms\n"
            f"{worst.stack}"
        )

    def _beat(self) -> None:
        now, busy, own = _clocks()
        gap = now - self._last
        self.beats.append(gap)
        if gap > SUSPICIOUS_S:
            self.gaps.append(Gap(gap, self._seen, busy - self._last_busy, own - self._last_own))
        (self._last, self._last_busy, self._last_own), self._seen = (now, busy, own), ""

    def _watch(self) -> None:
        while not self._over.wait(0.01):
            if time.perf_counter() - self._last > SUSPICIOUS_S and not self._seen:
                frame = sys._current_frames().get(self._main)
                lines = traceback.format_stack(frame)[-14:] if frame else []
                self._seen = "".join(lines)


def _clocks() -> tuple[float, float, float]:
    """Seconds by the wall, of the process, and of the thread that asks."""
    return time.perf_counter(), time.process_time(), time.thread_time()
