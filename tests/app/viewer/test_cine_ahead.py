"""A loop that is read while it is watched shows no frame but the one whose number it says."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Look, Texts
from app.viewer.loop_film import LoopFilm
from app.viewer.reel import Reel
from app.viewer.render_thread import wait_for_all
from inference.imaging.open_loop import open_loop
from inference.imaging.study import Window
from tests.app.viewer.test_cine_view import wheel
from tests.inference.imaging.pixel_files import encapsulated_file, frames_header, one, pixel_file
from tests.inference.imaging.test_encapsulated import BASELINE, FRAMES, SHAPE

COUNT = 40
LEVELS = 20 + 5 * np.arange(COUNT)
PIXELS = LEVELS.astype(np.uint8)[:, None, None].repeat(40, axis=1).repeat(30, axis=2)
TAGS = {"FrameTime": "20", "FrameIncrementPointer": 0x00181063}


@pytest.fixture
def show(qtbot):
    made = []

    def shown(reel):
        reel.begin()
        window = Window(127.5, 255.0, "", "linear exact")
        view = CineView(reel, cine_exhibit(reel), Look(window=window, texts=Texts.NONE))
        view.picture.through_vtk = False
        qtbot.addWidget(view)
        view.resize(200, 260)
        view.show()
        qtbot.waitExposed(view)
        made.append(view)
        return view

    yield shown
    for view in made:
        view.close()
    assert wait_for_all(60)


@pytest.fixture
def reel(tmp_path):
    """A ring of sixteen frames, which nobody reads but the test."""
    return Reel(open_loop(one(pixel_file(tmp_path / "a.dcm", PIXELS, **TAGS), frames=COUNT)), whole_bytes=0,
                ring_bytes=0)  # fmt: skip


def read(reel, most=COUNT):
    """Read some of what is wanted, and tell."""
    for _ in range(most):
        if (frame := reel.take()) is None:
            break
        reel.read(frame)
    reel.tell()


def level(view):
    """The level in the middle of what is seen."""
    pixels = image_to_array(view.view.grab().toImage())
    return int(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2, 0])


def is_true(view):
    """The picture is that of the number."""
    return abs(level(view) - LEVELS[view.view.look.slice_index]) <= 2


def test_it_plays_as_soon_as_the_first_frames_are_here(show, reel, qtbot):
    view = show(reel)
    assert is_true(view)
    read(reel, 4)
    view.play()
    qtbot.waitUntil(lambda: view.view.look.slice_index in (1, 2, 3, 4), timeout=20000)
    assert is_true(view)


def test_what_comes_late_is_dropped_by_the_wall_clock_and_the_picture_before_stays_with_its_number(
    show, reel, qtbot
):
    view = show(reel)
    view.play()
    qtbot.waitUntil(lambda: view.playback.place > 5, timeout=20000)
    assert (view.view.look.slice_index, view.playback.frame, view.bar.track.frame) == (0, 0, 0)
    assert is_true(view)
    assert view.playback.dropped >= 4
    view._running._timer.stop()  # time stands still: one moment, one frame that is due
    due = view.playback.awaited
    read(reel, 1)
    assert view.view.look.slice_index in (0, due)  # it came in its own time, or not at all
    assert is_true(view)


def test_a_frame_that_is_sought_comes_when_it_has_been_read(show, reel):
    view = show(reel)
    view.follow(30)
    assert (view.view.look.slice_index, view.playback.frame) == (0, 0)
    assert view.view.furniture.remark.endswith("reading frame 31")
    assert is_true(view)
    read(reel, 1)
    assert (view.view.look.slice_index, view.playback.frame, view.bar.track.frame) == (30, 30, 30)
    assert "reading" not in view.view.furniture.remark
    assert is_true(view)


def test_steps_count_from_the_frame_that_is_sought_and_reading_goes_their_way(show, reel):
    view = show(reel)
    view.follow(30)
    view.step(-1)
    view.step(-1)
    read(reel)
    assert view.view.look.slice_index == 28
    assert reel.frame(20) is not None
    assert reel.frame(32) is None


def test_the_wheel_stops_at_the_ends_and_never_shows_an_empty_frame(show, reel):
    view = show(reel)
    wheel(view.view, -1, Qt.KeyboardModifier.NoModifier)
    assert view.view.look.slice_index == 0
    wheel(view.view, 39, Qt.KeyboardModifier.NoModifier)
    assert view.view.look.slice_index == 0
    read(reel)
    assert view.view.look.slice_index == 39
    assert is_true(view)


def test_play_goes_on_from_what_is_seen_when_something_else_was_sought(show, reel):
    view = show(reel)
    read(reel)
    view.follow(30)
    view.play()
    assert view.playback.frame == view.view.look.slice_index < 5
    read(reel)
    assert view.view.look.slice_index != 30


def test_a_frame_that_cannot_be_read_is_said_and_passed_over(show, tmp_path):
    path = encapsulated_file(
        tmp_path / "cut.dcm", [b"", FRAMES[0], b"\1\2\3\4", FRAMES[2]], frames_header(SHAPE), BASELINE
    )
    reel = Reel(open_loop(one(path, frames=3)))
    view = show(reel)
    read(reel)
    assert view.playback.route.frames.tolist() == [0, 2]
    view.step(1)
    assert view.view.look.slice_index == 1
    assert view.rate_text().endswith("frame 2 cannot be read")
    assert level(view) == 0
    view.step(1)
    assert not view.rate_text().endswith("read")
    assert level(view) > 150


def test_a_film_waits_for_every_frame(show, reel, qtbot):
    view = show(reel)
    film, taken = LoopFilm(view), []
    film.finished.connect(taken.append)
    film.start()
    for _ in range(4000):
        if taken:
            break
        read(reel, 1)  # one frame at a time, slower than the film would go
        qtbot.wait(1)
    middles = [int(image_to_array(p)[p.height() // 2, p.width() // 2, 0]) for p in taken[0]]
    assert middles == pytest.approx(LEVELS.tolist(), abs=2)
    assert film.durations_ms == pytest.approx([20.0] * COUNT)


def test_the_line_says_what_has_been_read(show, reel, qtbot):
    view = show(reel)
    view.follow(10)
    read(reel)
    qtbot.waitUntil(lambda: view.bar.track._here == ((8, 23),), timeout=20000)


def test_a_view_that_goes_wants_nothing_more(show, reel):
    view = show(reel)
    view.follow(20)
    view.close()
    assert reel.take() is None
