"""Which frame of a loop is due: by the wall clock and the file's own times, never by counting ticks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ASSUMED_MS = 1000 / 15
_LATELY_MS = 2000.0


@dataclass(frozen=True, eq=False)
class FrameTimes:
    """The times of a loop. The last frame stays as long as the median one."""

    starts_ms: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many frames there are."""
        return len(self.starts_ms)

    @property
    def frame_ms(self) -> float:
        """The median time from one frame to the next."""
        if self.count < 2:
            return _ASSUMED_MS
        return float(np.median(np.diff(self.starts_ms))) or _ASSUMED_MS

    @property
    def length_ms(self) -> float:
        """Once round."""
        return float(self.starts_ms[-1] - self.starts_ms[0]) + self.frame_ms

    @property
    def rate(self) -> float:
        """Frames per second that the file asks for, on average."""
        return 1000 * self.count / self.length_ms

    def frame_at(self, elapsed_ms: float, *, loops: bool = True) -> int:
        """The frame that is due `elapsed_ms` after the first one began."""
        within = elapsed_ms % self.length_ms if loops else min(max(elapsed_ms, 0.0), self.length_ms)
        found = int(np.searchsorted(self.starts_ms - self.starts_ms[0], within, side="right")) - 1
        return min(max(found, 0), self.count - 1)

    def start_of(self, frame: int) -> float:
        """When a frame begins, from the first one."""
        return float(self.starts_ms[frame] - self.starts_ms[0])

    def until_next(self, elapsed_ms: float) -> float:
        """Milliseconds until another frame is due."""
        within = elapsed_ms % self.length_ms
        frame = self.frame_at(within)
        end = self.start_of(frame + 1) if frame + 1 < self.count else self.length_ms
        return max(end - within, 0.0)


class Playback:
    """A loop that runs, rests, and counts what was shown and what was dropped. Time comes from outside."""

    def __init__(self, times: FrameTimes) -> None:
        self.times = times
        self.playing = False
        self.loops = True
        self.speed = 1.0
        self.frame = 0
        self.shown = self.dropped = 0
        self._since_ms = 0.0  # the moment at which the loop's own time was 0
        self._moments: deque[float] = deque()  # of the frames shown lately

    def play(self, now_ms: float) -> None:
        """Run on from the frame on show."""
        self.playing = True
        self._since_ms = now_ms - self.times.start_of(self.frame) / self.speed
        self._moments.clear()
        self.shown = self.dropped = 0

    def pause(self) -> None:
        """Rest on the frame on show."""
        self.playing = False

    def step(self, frames: int) -> int:
        """Rest, and go some frames on, round the end."""
        self.pause()
        self.frame = (self.frame + frames) % self.times.count
        return self.frame

    def due(self, now_ms: float) -> int:
        """The frame to show now; counts the frames that came and went unseen."""
        if not self.playing:
            return self.frame
        elapsed = (now_ms - self._since_ms) * self.speed
        frame = self.times.frame_at(elapsed, loops=self.loops)
        if not self.loops and elapsed >= self.times.length_ms:
            self.pause()
        passed = (frame - self.frame) % self.times.count
        if passed:
            self.shown += 1
            self._moments.append(now_ms)
            while now_ms - self._moments[0] > _LATELY_MS:
                self._moments.popleft()
            self.dropped += passed - 1
        self.frame = frame
        return frame

    def wait_ms(self, now_ms: float) -> float:
        """Milliseconds until there is something new to show."""
        return self.times.until_next((now_ms - self._since_ms) * self.speed) / self.speed

    def achieved(self) -> float:
        """Frames per second shown over the last two seconds."""
        if len(self._moments) < 2:
            return 0.0
        return 1000 * (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])
