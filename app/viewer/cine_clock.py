"""Which frame of a loop is due: by the wall clock and the file's own times, never by counting ticks."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_ASSUMED_MS = 1000 / 15
_LATELY_MS = 2000.0


class Repeat(StrEnum):
    """What happens at the end of a loop."""

    LOOP = "round and round"
    BOUNCE = "to and fro"
    ONCE = "once"


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

    def start_of(self, frame: int) -> float:
        """When a frame begins, from the first one."""
        return float(self.starts_ms[frame] - self.starts_ms[0])

    def frame_at(self, moment_ms: float) -> int:
        """The frame on show `moment_ms` after the first one began; the first and the last beyond the ends."""
        found = int(np.searchsorted(self.starts_ms - self.starts_ms[0], moment_ms, side="right")) - 1
        return min(max(found, 0), self.count - 1)

    def stay_ms(self, frame: int) -> float:
        """How long a frame stays."""
        end = self.start_of(frame + 1) if frame + 1 < self.count else self.length_ms
        return end - self.start_of(frame)


@dataclass(frozen=True, eq=False)
class Route:
    """The frames that are played, in their order, each as long as the file says."""

    times: FrameTimes
    repeat: Repeat = Repeat.LOOP
    first: int = 0
    last: int = -1
    without: frozenset[int] = frozenset()  # frames that cannot be shown

    @cached_property
    def frames(self) -> NDArray[np.int64]:
        """Frame by place on the route; to and fro, neither end is shown twice."""
        part = np.arange(self.first, self.last % self.times.count + 1)
        there = part[~np.isin(part, sorted(self.without))]
        there = there if len(there) else part
        return np.concatenate([there, there[-2:0:-1]]) if self.repeat is Repeat.BOUNCE else there

    @cached_property
    def starts_ms(self) -> NDArray[np.float64]:
        """When each place begins, and at last when the route ends."""
        stays = [self.times.stay_ms(int(frame)) for frame in self.frames]
        return np.concatenate([[0.0], np.cumsum(stays)])

    @property
    def length_ms(self) -> float:
        """Once along the route."""
        return float(self.starts_ms[-1])

    def is_over(self, elapsed_ms: float) -> bool:
        """Whether it has come to its end."""
        return self.repeat is Repeat.ONCE and elapsed_ms >= self.length_ms

    def place_at(self, elapsed_ms: float) -> int:
        """Where on the route it is `elapsed_ms` after it began."""
        last = len(self.frames) - 1
        if self.is_over(elapsed_ms):
            return last
        within = max(elapsed_ms, 0.0) % self.length_ms
        return min(int(np.searchsorted(self.starts_ms, within, side="right")) - 1, last)

    def turn_at(self, elapsed_ms: float) -> int:
        """How often it has been round `elapsed_ms` after it began; what is played once goes round once."""
        return 0 if self.repeat is Repeat.ONCE else int(max(elapsed_ms, 0.0) // self.length_ms)

    def place_of(self, frame: int) -> int:
        """Where a frame comes first; the beginning for one that is not on the route."""
        found = np.flatnonzero(self.frames == frame)
        return int(found[0]) if len(found) else 0

    def until_next(self, elapsed_ms: float) -> float:
        """Milliseconds until another frame is due."""
        within = elapsed_ms % self.length_ms
        return max(float(self.starts_ms[self.place_at(within) + 1]) - within, 0.0)


def _always(_frame: int) -> bool:
    """Of a loop that is in memory."""
    return True


class Playback:
    """A loop that runs, rests, and counts what was shown and what was dropped. Time comes from outside.

    A frame counts as shown once it has been painted: one that was asked for and passed over was dropped, and
    so was one that had not been read when its time came. The wall clock waits for neither.
    """

    def __init__(self, times: FrameTimes) -> None:
        self.times = times
        self.route = Route(times)
        self.playing = False
        self.speed = 1.0
        self.frame = 0  # on show
        self.place = 0  # on the route, of the frame whose time it is
        self.shown = 0
        self._passed = 0  # frames whose time has come
        self._painted = 0  # the last one
        self._turn = 0  # how often it has been round
        self._since_ms = 0.0  # the moment at which the route began
        self._moments: deque[float] = deque()  # of the frames shown lately

    @property
    def awaited(self) -> int:
        """The frame whose time it is; it is on show unless it comes late."""
        return int(self.route.frames[self.place]) if self.playing else self.frame

    def take(self, route: Route, speed: float, now_ms: float) -> None:
        """Go another way, or faster, on from the frame on show."""
        self.route, self.speed, self.place = route, speed, route.place_of(self.frame)
        if self.playing:
            self.play(now_ms)

    def play(self, now_ms: float) -> None:
        """Run on from the frame on show; what is played once begins anew at its end."""
        self.playing = True
        self.place = self.route.place_of(self.frame)
        if self.route.repeat is Repeat.ONCE and self.place == len(self.route.frames) - 1:
            self.place = 0
        self._since_ms = now_ms - float(self.route.starts_ms[self.place]) / self.speed
        self._moments.clear()
        self.shown = self._passed = self._turn = 0
        self._painted = self.frame

    def pause(self) -> None:
        """Rest on the frame on show."""
        self.playing = False

    def step(self, frames: int) -> int:
        """Rest, and go some frames on, round the end."""
        self.pause()
        self.frame = (self.frame + frames) % self.times.count
        self.place = self.route.place_of(self.frame)
        return self.frame

    def due(self, now_ms: float, is_here: Callable[[int], bool] = _always) -> int:
        """The frame to show now: that whose time it is, or the one before while that has not been read."""
        if not self.playing:
            return self.frame
        elapsed = (now_ms - self._since_ms) * self.speed
        place, turn = self.route.place_at(elapsed), self.route.turn_at(elapsed)
        if len(self.route.frames) > 1:
            self._passed += (turn - self._turn) * len(self.route.frames) + place - self.place
        self.place, self._turn = place, turn
        if is_here(self.awaited):
            self.frame = self.awaited
            if self.route.is_over(elapsed):
                self.pause()
        return self.frame

    def painted(self, frame: int, now_ms: float) -> None:
        """A frame is on the screen; the same again is no other frame."""
        if not self.playing or frame == self._painted:
            return
        self._painted = frame
        self.shown += 1
        self._moments.append(now_ms)
        while now_ms - self._moments[0] > _LATELY_MS:
            self._moments.popleft()

    @property
    def dropped(self) -> int:
        """Frames whose time came and went without a picture; the one that is due may still get its own."""
        pending = int(self._painted != self.awaited)
        return max(0, self._passed - self.shown - pending)

    def wait_ms(self, now_ms: float) -> float:
        """Milliseconds until there is something new to show."""
        return self.route.until_next((now_ms - self._since_ms) * self.speed) / self.speed

    def achieved(self) -> float:
        """Frames per second shown over the last two seconds."""
        if len(self._moments) < 2:
            return 0.0
        return 1000 * (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])


def rate_words(playback: Playback, source: str) -> str:
    """The rate that is asked for and who asks; while it runs, what is achieved and what was dropped."""
    asked = f"{playback.times.rate:.3g} fps"
    if not playback.playing or playback.shown < 2:
        return f"{asked} · {source}" if source else asked
    return f"{asked} · shown {playback.achieved():.1f} fps · {playback.dropped} dropped"
