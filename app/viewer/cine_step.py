"""Loops in step: which frame of one loop belongs beside a frame of another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from app.viewer.cine_clock import FrameTimes


class InStep(StrEnum):
    """What loops have in common while they go together."""

    PHASE = "cardiac phase"  # systole beside systole, where end-diastole and end-systole are known
    TIME = "trigger time"  # milliseconds after the first frame
    FRACTION = "fraction"  # share of the whole loop


@dataclass(frozen=True, eq=False)
class Beat:
    """A loop with what is known of its heartbeat.

    marks  frame -> "ED" or "ES"; empty where nobody found them
    """

    times: FrameTimes
    marks: Mapping[int, str] = field(default_factory=dict)

    @property
    def knots_ms(self) -> tuple[float, float, float] | None:
        """End-diastole, the end-systole after it, and the end of the beat; None where either is not known."""
        ends = {name: self.times.start_of(frame) for frame, name in self.marks.items()}
        if not {"ED", "ES"} <= ends.keys():
            return None
        begin, length = ends["ED"], self.times.length_ms
        systole = (ends["ES"] - begin) % length
        return (begin, begin + systole, begin + length) if 0 < systole < length else None


def companion(leader: Beat, frame: int, follower: Beat, by: InStep) -> int:
    """The frame of `follower` that belongs beside `frame` of `leader`."""
    moment = leader.times.start_of(frame)
    if by is InStep.TIME:
        return follower.times.frame_at(moment)
    middle = moment + leader.times.stay_ms(frame) / 2  # so that loops of one rate keep frame by frame
    share = middle / leader.times.length_ms
    if by is InStep.PHASE and leader.knots_ms and follower.knots_ms:
        return _by_phase(middle, leader, follower)
    return follower.times.frame_at(share * follower.times.length_ms)


def _by_phase(moment_ms: float, leader: Beat, follower: Beat) -> int:
    """Systole is stretched over systole, and diastole over diastole."""
    own, other = leader.knots_ms, follower.knots_ms
    assert own is not None
    assert other is not None
    since = own[0] + (moment_ms - own[0]) % leader.times.length_ms
    there = float(np.interp(since, own, other))
    return follower.times.frame_at(there % follower.times.length_ms)
