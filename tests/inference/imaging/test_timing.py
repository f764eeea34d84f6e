"""A loop runs as fast as its file says, and the file is quoted."""

import numpy as np
import pytest
from pydicom.dataset import Dataset

from inference.imaging.timing import timing_from, timing_of


def header(**facts) -> Dataset:
    d = Dataset()
    for keyword, value in facts.items():
        setattr(d, keyword, value)
    return d


VECTOR = [0, 30, 50, 20]


@pytest.mark.parametrize(
    ("facts", "step_ms", "source"),
    [
        ({"FrameIncrementPointer": 0x00181063, "FrameTime": "40", "CineRate": "10"}, 40, "Frame Time"),
        ({"RecommendedDisplayFrameRate": "20", "CineRate": "10"}, 50, "Recommended Display Frame Rate"),
        ({"CineRate": "10", "FrameTime": "40"}, 100, "Cine Rate"),
        ({"FrameTime": "40"}, 40, "Frame Time"),
        ({"FrameIncrementPointer": 0x00540010, "FrameTime": "25"}, 25, "Frame Time"),
        ({"FrameTime": "0", "CineRate": "0"}, 1000 / 15, "assumed"),
        ({}, 1000 / 15, "assumed"),
    ],
)
def test_steady_rates(facts, step_ms, source):
    timing = timing_of(header(**facts), 4)
    assert np.allclose(timing.times_ms, np.arange(4) * step_ms)
    assert timing.source == source
    assert bool(timing.warnings) == ("assumed" in source)


@pytest.mark.parametrize(
    "vector", [VECTOR, VECTOR[1:], [33, *VECTOR[1:]]], ids=["full", "one short", "first not 0"]
)
def test_a_vector_of_increments_is_added_up(vector):
    timing = timing_of(header(FrameIncrementPointer=0x00181065, FrameTimeVector=vector), 4)
    assert timing.times_ms.tolist() == [0, 30, 80, 100]
    assert timing.source == "Frame Time Vector"


def test_a_vector_that_is_too_short_is_not_believed():
    timing = timing_of(header(FrameIncrementPointer=0x00181065, FrameTimeVector=[0, 30], CineRate="10"), 4)
    assert timing.source == "Cine Rate"


def test_moments_that_grow_are_times_and_others_are_not():
    facts = header(FrameTime="40")
    grown = timing_from({"Trigger Time": [100.0, 130.0, 190.0]}, facts)
    assert grown.times_ms.tolist() == [0, 30, 90]
    assert grown.source == "Trigger Time"
    assert timing_from({"Trigger Time": [100.0, 100.0, 100.0]}, facts).source == "Frame Time"
    assert timing_from({"Trigger Time": [100.0, None, 140.0]}, facts).source == "Frame Time"
