"""Which frame is due, by the file's own times."""

import numpy as np
import pytest

from app.viewer.cine_clock import FrameTimes, Playback, Repeat, Route

UNEVEN = FrameTimes(np.array([0.0, 40.0, 60.0, 160.0, 200.0]))


@pytest.mark.parametrize(
    ("elapsed", "frame"),
    [(0, 0), (39.9, 0), (40, 1), (59, 1), (60, 2), (159, 2), (160, 3), (201, 4), (239, 4), (241, 0)],
)
def test_the_frame_is_the_one_whose_time_has_come(elapsed, frame):
    assert Route(UNEVEN).place_at(elapsed) == frame


def test_the_last_frame_stays_as_long_as_the_median_one():
    assert UNEVEN.length_ms == pytest.approx(240)
    assert UNEVEN.rate == pytest.approx(1000 * 5 / 240)


def test_played_once_the_last_frame_stays():
    assert Route(UNEVEN, Repeat.ONCE).place_at(9999) == 4


def test_to_and_fro_shows_neither_end_twice_and_every_frame_as_long_as_the_file_says():
    route = Route(UNEVEN, Repeat.BOUNCE)
    assert route.frames.tolist() == [0, 1, 2, 3, 4, 3, 2, 1]
    assert np.diff(route.starts_ms).tolist() == [40, 20, 100, 40, 40, 40, 100, 20]


def test_a_range_is_played_alone():
    route = Route(UNEVEN, first=1, last=3)
    assert route.frames.tolist() == [1, 2, 3]
    assert route.length_ms == pytest.approx(160)


def test_a_range_of_one_frame_rests_on_it_whatever_the_way():
    for repeat in Repeat:
        route = Route(UNEVEN, repeat, 2, 2)
        assert route.frames[route.place_at(12345.0)] == 2


def test_the_wait_ends_when_another_frame_is_due():
    for route in (Route(UNEVEN), Route(UNEVEN, Repeat.BOUNCE)):
        for elapsed in (0.0, 41.0, 100.0, 239.0, 500.0):
            wait = route.until_next(elapsed)
            assert route.place_at(elapsed + wait + 1e-6) != route.place_at(elapsed)
            assert route.place_at(elapsed + wait - 1e-6) == route.place_at(elapsed)


def test_a_loop_that_is_looked_at_in_time_drops_nothing():
    playback, now = Playback(UNEVEN), 1000.0
    playback.play(now)
    for _ in range(25):
        now += playback.wait_ms(now) + 0.01
        playback.painted(playback.due(now), now)
    assert (playback.shown, playback.dropped) == (25, 0)
    assert playback.achieved() == pytest.approx(UNEVEN.rate, rel=0.02)


def test_frames_that_came_too_late_are_counted():
    playback = Playback(UNEVEN)
    playback.play(0)
    assert playback.due(165) == 3
    assert (playback.shown, playback.dropped) == (0, 2)  # the last one may still be painted
    playback.painted(3, 166)
    assert (playback.shown, playback.dropped) == (1, 2)


def test_a_frame_that_was_asked_for_but_never_painted_was_dropped():
    playback = Playback(UNEVEN)
    playback.play(0)
    for moment in (41, 61, 161, 201):
        playback.due(moment)
    playback.painted(2, 202)  # what renders was two frames behind, and then came to the newest
    playback.painted(4, 203)
    assert (playback.shown, playback.dropped) == (2, 2)


def test_a_frame_that_is_painted_again_is_no_other_frame():
    playback = Playback(UNEVEN)
    playback.play(0)
    playback.due(41)
    for moment in (42, 43, 44):
        playback.painted(1, moment)
    assert (playback.shown, playback.dropped) == (1, 0)


def test_playing_goes_on_from_the_frame_on_show():
    playback = Playback(UNEVEN)
    playback.step(2)
    playback.play(5000)
    assert (playback.due(5001), playback.due(5101)) == (2, 3)


def test_half_the_speed_takes_twice_the_time():
    playback = Playback(UNEVEN)
    playback.take(Route(UNEVEN), 0.5, 0.0)
    playback.play(0)
    assert (playback.due(79), playback.due(81)) == (0, 1)


def test_stepping_goes_round_the_end():
    playback = Playback(UNEVEN)
    assert (playback.step(-1), playback.step(1)) == (4, 0)


def test_a_loop_played_once_rests_at_its_end_and_begins_anew():
    playback = Playback(UNEVEN)
    playback.take(Route(UNEVEN, Repeat.ONCE), 1.0, 0.0)
    playback.play(0)
    assert (playback.due(500), playback.playing) == (4, False)
    playback.play(1000)
    assert playback.due(1001) == 0


def test_equal_times_do_not_divide_by_nothing():
    assert FrameTimes(np.zeros(3)).rate > 0


def test_whole_rounds_that_nobody_saw_are_dropped_too():
    playback = Playback(UNEVEN)
    playback.play(0)
    assert playback.due(3 * UNEVEN.length_ms + 45) == 1
    assert playback.dropped == 15  # three rounds of five; the frame that is due may still be painted
    playback.painted(1, 800)
    assert (playback.shown, playback.dropped) == (1, 15)


def test_a_frame_that_has_not_been_read_leaves_the_one_before_on_show_and_the_clock_goes_on():
    playback, here = Playback(UNEVEN), {0, 1, 4}
    playback.play(0)
    playback.painted(playback.due(41, here.__contains__), 41)
    assert playback.due(61, here.__contains__) == 1  # 2 has not been read
    assert (playback.frame, playback.awaited, playback.dropped) == (1, 2, 0)
    here.add(2)
    playback.painted(playback.due(100, here.__contains__), 100)  # late, but in its own time
    assert (playback.frame, playback.dropped) == (2, 0)
    assert playback.due(161, here.__contains__) == 2  # 3 never comes
    playback.painted(playback.due(201, here.__contains__), 201)
    assert (playback.frame, playback.shown, playback.dropped) == (4, 3, 1)


def test_what_is_played_once_waits_for_its_last_frame():
    playback, here = Playback(UNEVEN), {0, 1, 2, 3}
    playback.take(Route(UNEVEN, Repeat.ONCE), 1.0, 0.0)
    playback.play(0)
    playback.due(165, here.__contains__)
    assert playback.due(500, here.__contains__) == 3
    assert playback.playing
    here.add(4)
    assert (playback.due(600, here.__contains__), playback.playing) == (4, False)


def test_a_range_of_one_frame_drops_nothing():
    playback = Playback(UNEVEN)
    playback.take(Route(UNEVEN, Repeat.LOOP, 2, 2), 1.0, 0.0)
    playback.frame = 2
    playback.play(0)
    for moment in range(0, 2000, 90):
        playback.painted(playback.due(moment), moment)
    assert playback.dropped == 0


def test_frames_that_cannot_be_shown_are_passed_over_and_a_loop_of_nothing_else_stays():
    route = Route(UNEVEN, Repeat.BOUNCE, without=frozenset({0, 2}))
    assert route.frames.tolist() == [1, 3, 4, 3]
    assert Route(UNEVEN, first=1, last=2, without=frozenset({1, 2})).frames.tolist() == [1, 2]
