"""A loop that is read while it is watched: what comes next is here first, and memory has an end."""

from __future__ import annotations

import numpy as np
import pytest

from app.viewer.cine_clock import FrameTimes, Repeat, Route
from app.viewer.reel import Reel
from app.viewer.reel_order import BEHIND, coming
from inference.errors import ReviewError
from inference.imaging.open_loop import open_loop
from tests.inference.imaging.pixel_files import encapsulated_file, frames_header, one, pixel_file
from tests.inference.imaging.test_encapsulated import BASELINE, FRAMES, SHAPE

COUNT, ROOM = 60, 16
PIXELS = np.arange(COUNT, dtype=np.uint8)[:, None, None].repeat(6, axis=1).repeat(8, axis=2)
TIMES = FrameTimes(np.arange(COUNT) * 40.0)


@pytest.fixture
def opened(tmp_path):
    return open_loop(one(pixel_file(tmp_path / "loop.dcm", PIXELS), frames=COUNT))


@pytest.fixture
def ring(opened):
    made = Reel(opened, whole_bytes=0, ring_bytes=0)
    assert made.room == ROOM
    return made


def drain(reel):
    """Read all that is wanted; in which order."""
    read = []
    while (frame := reel.take()) is not None:
        reel.read(frame)
        read.append(frame)
    return read


def here(reel):
    return {frame for frame in range(COUNT) if reel.frame(frame) is not None}


def test_the_frames_that_come_next_along_the_route_are_read_first_and_then_a_few_behind(ring):
    ring.go("view", Route(TIMES).frames, 55)
    ahead = [55, 56, 57, 58, 59, *range(9)]  # round the end
    assert drain(ring) == [*ahead, 54, 53]
    assert here(ring) == {*ahead, 54, 53}


def test_to_and_fro_the_ring_turns_with_the_loop_and_a_range_is_kept_to(ring):
    route = Route(TIMES, Repeat.BOUNCE, 20, 30)
    assert coming(route.frames, 8, ROOM)[:6] == [28, 29, 30, 27, 26, 25]
    ring.go("view", route.frames, 8)
    assert set(drain(ring)) == set(range(20, 31))


def test_a_ring_never_holds_more_than_its_room_however_far_it_is_played(ring):
    route = Route(TIMES).frames
    for place in range(2 * COUNT):
        ring.go("view", route, place % COUNT)
        drain(ring)
        assert len(here(ring)) <= ROOM
        assert place % COUNT in here(ring)


def test_every_frame_is_the_one_that_its_number_says(ring):
    for place in (0, 30, 59, 3):
        ring.go("view", Route(TIMES).frames, place)
        drain(ring)
        for frame in here(ring):
            assert (ring.frame(frame) == frame).all()


def test_a_frame_that_has_left_the_ring_is_not_painted_over_where_it_is_still_held(ring):
    ring.go("view", Route(TIMES).frames, 0)
    drain(ring)
    held = ring.frame(0)
    ring.go("view", Route(TIMES).frames, 30)
    drain(ring)
    assert ring.frame(0) is None
    assert (held == 0).all()


def test_a_loop_that_fits_ends_up_whole_whatever_is_played(opened):
    reel = Reel(opened)
    reel.begin()
    reel.go("view", Route(TIMES, Repeat.LOOP, 10, 12).frames, 1)
    assert drain(reel)[:3] == [11, 12, 10]
    assert reel.is_complete
    assert here(reel) == set(range(COUNT))
    assert reel.spans() == ((0, COUNT - 1),)


def test_frames_that_cannot_come_in_time_are_left_for_later(ring):
    ring.go("view", Route(TIMES).frames, 0, lead=3)
    assert drain(ring)[:2] == [3, 4]


def test_two_views_share_the_ring_and_one_that_leaves_wants_nothing(ring):
    route = Route(TIMES).frames
    ring.go("one", route, 0)
    ring.go("other", route, 30)
    assert set(drain(ring)) == {*range(8), *range(30, 38)}
    ring.go("one", route, 10)
    ring.leave("one")
    assert 10 not in drain(ring)
    ring.leave("other")
    assert ring.take() is None


def test_reading_is_asked_for_when_the_next_frame_is_missing_or_many_are(ring):
    asked = []
    ring.needed = asked.append
    route = Route(TIMES).frames
    ring.go("view", route, 0)
    assert asked == [ring]
    drain(ring)
    ring.go("view", route, ROOM // BEHIND - 1)  # the ring is not topped up frame by frame
    assert len(asked) == 1
    ring.go("view", route, ROOM // BEHIND + 1)
    assert len(asked) == 2
    ring.go_on()
    assert len(asked) == 3


def test_a_frame_that_cannot_be_read_is_named_and_the_others_keep_their_numbers(tmp_path):
    path = encapsulated_file(
        tmp_path / "cut.dcm", [b"", FRAMES[0], b"\1\2\3\4", FRAMES[2]], frames_header(SHAPE), BASELINE
    )
    reel = Reel(open_loop(one(path, frames=3)))
    reel.begin()
    reel.go("view", np.arange(3), 0)
    drain(reel)
    assert list(reel.failures) == [1]
    assert reel.is_complete
    assert abs(float(reel.frame(2).mean()) - 215) < 5
    assert Route(FrameTimes(reel.facts.times_ms), without=frozenset(reel.failures)).frames.tolist() == [0, 2]


def test_a_loop_of_which_nothing_can_be_read_says_why(tmp_path):
    path = pixel_file(tmp_path / "loop.dcm", PIXELS)
    loop = open_loop(one(path, frames=COUNT))
    path.unlink()
    with pytest.raises(ReviewError, match=r"loop\.dcm cannot be read"):
        Reel(loop).begin()
