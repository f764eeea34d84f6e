"""A loop runs as its bar and its file say."""

import numpy as np
import pytest
from pydicom.uid import UltrasoundMultiFrameImageStorage

from app.viewer.cine_bar import CineBar
from app.viewer.cine_clock import FrameTimes, Repeat
from app.viewer.cine_running import Running
from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.look import Look
from app.viewer.render_thread import wait_for_all
from inference.imaging.read import read_cine
from inference.imaging.scan import scan
from inference.imaging.study import Kind, Window
from tests.imaging_fixtures import set_pixels, slice_dataset, write_file

SHORT = FrameTimes(np.arange(4) * 5.0)


@pytest.fixture
def running(qtbot):
    bar = CineBar(4)
    qtbot.addWidget(bar)
    made = Running(bar, bar)
    made.show_loop(SHORT)
    return made


def test_it_goes_round_until_it_is_told_to_rest(qtbot, running):
    seen = []
    running.due.connect(seen.append)
    assert running.begin()
    running.tick()
    qtbot.waitUntil(lambda: len(seen) > 8, timeout=8000)
    running.pause()
    told = len(seen)
    qtbot.wait(50)
    assert len(seen) == told


def test_what_is_played_once_says_that_it_is_over(qtbot, running):
    bar = running.parent()
    while bar.repeat is not Repeat.ONCE:
        bar.way.click()
    running.begin()
    with qtbot.waitSignal(running.over):
        running.tick()
    assert (running.playback.frame, running.playback.playing) == (3, False)


def test_a_single_frame_does_not_run(running):
    running.show_loop(FrameTimes(np.zeros(1)))
    assert not running.begin()


def test_another_loop_is_played_the_same_way_as_far_as_it_goes(running):
    running.parent().track.set_range(1, 2)
    running.show_loop(FrameTimes(np.arange(3) * 7.0), 9)
    assert running.playback.frame == 2
    assert running.playback.route.frames.tolist() == [1, 2]


def test_every_frame_of_a_file_stays_as_long_as_its_vector_says(qtbot, tmp_path):
    frames = np.arange(5 * 48, dtype=np.uint8).reshape(5, 6, 8)
    d = slice_dataset(np.eye(4), 0, frames[0])
    d.SOPClassUID, d.Modality = UltrasoundMultiFrameImageStorage, "US"
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing"):
        delattr(d, keyword)
    d.FrameTimeVector, d.FrameIncrementPointer = ["0", "40", "20", "100", "30"], 0x00181065
    set_pixels(d, frames)
    write_file(tmp_path / "loop.dcm", d)
    (study,) = scan(tmp_path).studies
    (display_set,) = study.display_sets
    assert display_set.kind is Kind.CINE
    cine = read_cine(display_set)
    view = CineView(cine, cine_exhibit(cine), Look(window=Window(128, 256)))
    qtbot.addWidget(view)
    route = view.playback.route
    assert np.diff(route.starts_ms).tolist() == [40, 20, 100, 30, 35]  # the last one: the median
    assert [route.frames[route.place_at(ms)] for ms in (0, 39, 41, 61, 159, 161, 191)] == [
        0,
        0,
        1,
        2,
        2,
        3,
        4,
    ]
    assert view.rate_text().endswith("Frame Time Vector")
    view.close()
    assert wait_for_all()
