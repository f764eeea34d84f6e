"""A loop on the wall."""

import numpy as np
import pytest

from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Look, Texts
from app.viewer.render_thread import wait_for_all
from inference.imaging.study import Window
from inference.imaging.volume import Cine

WINDOW = Window(127.5, 255.0, "", "linear exact")


def loop(colour=False, frames=6):
    shape = (frames, 8, 6, 3) if colour else (frames, 8, 6)
    blocks = np.random.default_rng(1).integers(0, 256, shape).astype(np.uint8)
    pixels = blocks.repeat(5, axis=1).repeat(5, axis=2)
    return Cine(pixels, np.arange(frames) * 50.0, "Frame Time")


@pytest.fixture
def show(qtbot):
    made = []

    def shown(cine, look=None, positions=(0, 1)):
        look = look or Look(window=WINDOW, texts=Texts.NONE)
        view = CineView(cine, cine_exhibit(cine), look, positions)
        qtbot.addWidget(view)
        view.resize(300, 360)
        view.show()
        made.append(view)
        return view

    yield shown
    for view in made:
        view.close()
    assert wait_for_all()


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("turns", [0, 1])
def test_vtk_draws_the_frame_where_qt_would(qtbot, show, colour, turns):
    look = Look(
        window=WINDOW, texts=Texts.NONE, smooth=False, quarter_turns=turns, flip_across=True, zoom=0.8
    )
    view = show(loop(colour), look)
    key = lambda: view.picture._picture and view.picture._picture.key[0]  # noqa: E731 - what has arrived
    view.grab()
    qtbot.waitUntil(lambda: key() == 0, timeout=8000)
    through_vtk = image_to_array(view.view.grab().toImage())[..., :3].astype(int)
    view.picture.through_vtk = False
    by_qt = image_to_array(view.view.grab().toImage())[..., :3].astype(int)
    assert by_qt.max() > 100
    assert (np.abs(through_vtk - by_qt).max(axis=-1) > 3).mean() < 0.03  # edges of pixels may fall either way


def test_a_running_loop_shows_its_frames_and_says_how_fast(qtbot, show):
    view = show(loop())
    seen = []
    view.view.look_changed.connect(lambda look: seen.append(look.slice_index))
    view.play()
    qtbot.waitUntil(lambda: len(seen) >= 4, timeout=8000)
    assert "shown" in view.rate_text()
    view.pause()
    assert view.rate_text() == "20 fps · Frame Time"


def test_stepping_rests(show):
    view = show(loop())
    view.play()
    view.step(1)
    assert not view.playback.playing
    assert view.view.look.slice_index == view.playback.frame


def test_the_wheel_of_a_cine_stack_asks_for_another_slice(qtbot, show):
    view = show(loop(), positions=(2, 5))
    with qtbot.waitSignal(view.position_needed) as asked:
        view.view.step(1)
    assert asked.args == [3]
    assert view.view.look.slice_index == 0


def test_another_slice_goes_on_at_the_same_phase(show):
    view = show(loop(), positions=(2, 5))
    view.step(3)
    other = loop(frames=5)
    view.show_position(other, cine_exhibit(other), 3)
    assert (view.position, view.playback.frame, view.view.look.slice_index) == (3, 3, 3)


def test_a_loop_that_is_hidden_rests(show):
    view = show(loop())
    view.play()
    view.hide()
    assert not view.playback.playing
