"""A loop as pictures that leave the room."""

import numpy as np
import pytest

from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Look, Texts
from app.viewer.loop_film import LoopFilm
from app.viewer.render_thread import wait_for_all
from inference.imaging.study import Window
from inference.imaging.volume import Cine

WINDOW = Window(127.5, 255.0, "", "linear exact")
TIMES_MS = np.array([0.0, 40.0, 80.0, 280.0, 320.0])


@pytest.fixture
def view(qtbot):
    pixels = np.stack([np.full((40, 30), 40 + 40 * n, np.uint8) for n in range(5)])
    cine = Cine(pixels, TIMES_MS, "Frame Time Vector")
    made = CineView(cine, cine_exhibit(cine), Look(window=WINDOW, texts=Texts.NONE))
    qtbot.addWidget(made)
    made.resize(200, 260)
    made.show()
    yield made
    made.close()
    assert wait_for_all(60)


def test_every_frame_is_filmed_once_in_order_with_its_own_time_and_the_loop_stays(view, qtbot):
    view.step(2)
    film = LoopFilm(view)
    with qtbot.waitSignal(film.finished, timeout=20000) as told:
        film.start()
    middles = [int(image_to_array(p)[p.height() // 2, p.width() // 2, 0]) for p in told.args[0]]
    assert middles == pytest.approx([40, 80, 120, 160, 200], abs=3)
    assert film.durations_ms == pytest.approx([40, 40, 200, 40, 40])
    assert view.playback.frame == 2


def test_only_the_chosen_part_is_filmed(view, qtbot):
    view.bar.track.set_range(1, 3)
    film = LoopFilm(view)
    with qtbot.waitSignal(film.finished, timeout=20000) as told:
        film.start()
    assert len(told.args[0]) == len(film.durations_ms) == 3
