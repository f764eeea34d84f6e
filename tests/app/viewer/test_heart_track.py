"""Under a loop stand its ECG and its R waves at their moments; a click goes to the frame taken then."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.viewer.cine_clock import FrameTimes
from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.heart_track import HeartTrack
from app.viewer.look import Look
from inference.imaging.heartbeat import Heartbeat
from inference.imaging.study import Window
from inference.imaging.volume import Cine
from inference.imaging.waveforms import Trace

TIMES = FrameTimes(np.arange(20) * 50.0)
GATED = Heartbeat(r_ms=(-25.0, 991.0), interval_ms=1016.0, source="Trigger Time", gated=True)


@pytest.fixture
def track(qtbot):
    made = HeartTrack(TIMES)
    qtbot.addWidget(made)
    made.resize(518, 60)
    return made


def test_where_nothing_is_known_nothing_is_shown(track):
    track.show_beat(Heartbeat(), TIMES)
    assert track.isHidden()
    track.show_beat(GATED, TIMES)
    assert not track.isHidden()


def test_a_click_goes_to_the_frame_taken_then(qtbot, track):
    track.show_beat(GATED, TIMES)
    for frame in (0, 7, 19):
        spot = QPoint(round(track.x_of(TIMES.start_of(frame))), 40)
        with qtbot.waitSignal(track.frame_chosen) as told:
            QTest.mouseClick(track, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, spot)
        assert told.args == [frame]


def test_the_r_waves_of_a_gated_loop_stand_at_both_ends(track):
    track.show_beat(GATED, TIMES)
    assert track.span_ms == (-25.0, 991.0)
    assert (track.x_of(-25.0), track.x_of(991.0)) == (9, 509)
    assert "R–R 1016 ms · 59 bpm" in track.words
    track.show_frame(10)
    assert "525 ms after R, 52% of R–R" in track.words


def test_an_ecg_is_drawn_with_its_peaks_at_their_moments(track):
    heights = np.zeros(250, np.float32)
    heights[[60, 180]] = 1.0  # at 240 and 720 ms
    beat = Heartbeat(Trace("ECG lead II", heights, "mV", 4.0), (240.0, 720.0), 480.0)
    track.show_beat(beat, TIMES)
    track.show()
    shades = image_to_array(track.grab().toImage()).astype(int)
    above = shades[shades.shape[0] // 2 - 4 : shades.shape[0] // 2, :, 2].max(axis=0)
    seen = np.flatnonzero(above > 120)
    for moment in (240.0, 720.0):
        assert np.abs(seen - track.x_of(moment)).min() <= 2
    assert track.words.startswith("ECG lead II · mV · R–R 480 ms")


def test_a_trace_without_a_clock_says_that_it_was_laid_over_the_loop(track):
    track.show_beat(Heartbeat(Trace("ECG", np.zeros(9, np.float32), "", 100.0, spread=True)), TIMES)
    assert "laid over the loop" in track.words


def test_the_mark_goes_along_with_the_loop_and_the_loop_with_the_mark(qtbot):
    cine = Cine(np.zeros((20, 8, 8), np.uint8), np.arange(20) * 50.0)
    view = CineView(cine, cine_exhibit(cine), Look(window=Window(128, 256)))
    qtbot.addWidget(view)
    view.resize(520, 300)
    view.show()
    view.show_heartbeat(GATED)
    view.step(4)
    assert view.heart.frame == 4
    view.heart.frame_chosen.emit(12)
    assert (view.playback.frame, view.heart.frame) == (12, 12)
