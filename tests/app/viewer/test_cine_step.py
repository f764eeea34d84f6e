"""Which frames of two loops belong together."""

import numpy as np
import pytest

from app.viewer.cine_clock import FrameTimes
from app.viewer.cine_step import Beat, InStep, companion

FAST = Beat(FrameTimes(np.arange(10) * 50.0), {0: "ED", 4: "ES"})
SLOW = Beat(FrameTimes(np.arange(20) * 50.0), {2: "ED", 8: "ES"})


@pytest.mark.parametrize("by", list(InStep))
def test_a_loop_stands_beside_itself_frame_by_frame(by):
    assert [companion(SLOW, frame, SLOW, by) for frame in range(20)] == list(range(20))


def test_by_time_the_same_milliseconds_stand_together_and_the_shorter_loop_waits():
    assert [companion(SLOW, frame, FAST, InStep.TIME) for frame in (0, 7, 12)] == [0, 7, 9]


def test_by_fraction_the_halves_stand_together():
    assert companion(FAST, 5, SLOW, InStep.FRACTION) == 11
    assert companion(SLOW, 10, FAST, InStep.FRACTION) == 5


def test_by_phase_systole_stands_beside_systole():
    assert companion(FAST, 4, SLOW, InStep.PHASE) in (8, 9)
    assert companion(SLOW, 2, FAST, InStep.PHASE) == 0
    assert companion(SLOW, 8, FAST, InStep.PHASE) == 4


def test_without_marks_the_phase_is_the_share_of_the_beat():
    bare = Beat(SLOW.times)
    for frame in range(10):
        assert companion(FAST, frame, bare, InStep.PHASE) == companion(FAST, frame, bare, InStep.FRACTION)
