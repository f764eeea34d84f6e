"""A loop on the wall."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.viewer.cine_clock import Repeat
from app.viewer.cine_picture import CinePicture, CinePictureLayer
from app.viewer.cine_view import CineView
from app.viewer.exhibit import cine_exhibit
from app.viewer.grey import image_to_array
from app.viewer.look import Interpolation, Look, Texts
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
        window=WINDOW,
        texts=Texts.NONE,
        interpolation=Interpolation.NEAREST,
        quarter_turns=turns,
        flip_across=True,
        zoom=0.8,
    )
    view = show(loop(colour), look)
    view.picture.through_vtk, view.picture.needs_card = True, False
    key = lambda: view.picture._picture and view.picture._picture.key[0]  # noqa: E731 - what has arrived
    view.grab()
    qtbot.waitUntil(lambda: key() == 0, timeout=8000)
    through_vtk = image_to_array(view.view.grab().toImage())[..., :3].astype(int)
    view.picture.through_vtk = False
    by_qt = image_to_array(view.view.grab().toImage())[..., :3].astype(int)
    assert by_qt.max() > 100
    assert (np.abs(through_vtk - by_qt).max(axis=-1) > 3).mean() < 0.03  # edges of pixels may fall either way


@pytest.mark.parametrize("by_processor", [True, False])
def test_vtk_draws_loops_only_where_there_is_a_graphics_card(show, by_processor, monkeypatch):
    monkeypatch.setattr(CinePictureLayer, "no_card", False)
    view = show(loop())
    view.picture._take(CinePicture((0,), QImage(4, 4, QImage.Format.Format_RGB32), by_processor))
    assert view.picture.through_vtk is not by_processor
    assert show(loop()).picture.through_vtk is not by_processor  # the next loop need not find out


def test_a_loop_that_qt_draws_shows_the_frame_that_is_asked_for(show):
    view = show(loop())
    view.picture.through_vtk = False
    first = image_to_array(view.view.grab().toImage()).astype(int)
    view.step(1)
    assert np.abs(image_to_array(view.view.grab().toImage()).astype(int) - first).mean() > 1


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


def test_another_slice_at_rest_is_never_shown_with_the_picture_before(qtbot, show):
    dark, bright = (Cine(np.full((4, 40, 30), v, np.uint8), np.arange(4) * 50.0) for v in (40, 200))
    view = show(dark, positions=(0, 2))
    view.picture.through_vtk, view.picture.needs_card = True, False  # VTK is what comes late
    view.grab()
    qtbot.waitUntil(lambda: view.picture._picture is not None, timeout=8000)
    assert middle_of(view) == pytest.approx(40, abs=3)
    view.show_position(bright, cine_exhibit(bright), 1)
    assert middle_of(view) == pytest.approx(200, abs=3)
    qtbot.waitUntil(lambda: view.picture._picture.key[1] is view.view.exhibit, timeout=8000)
    assert middle_of(view) == pytest.approx(200, abs=3)


def middle_of(view):
    """The level in the middle of what is seen."""
    pixels = image_to_array(view.view.grab().toImage())
    return int(pixels[pixels.shape[0] // 2, pixels.shape[1] // 2, 0])


def test_a_loop_that_is_hidden_rests(show):
    view = show(loop())
    view.play()
    view.hide()
    assert not view.playback.playing


def wheel(view, notches, modifiers):
    spot = QPointF(view.rect().center())
    turned = QWheelEvent(
        spot, view.mapToGlobal(spot), QPoint(), QPoint(0, -120 * notches), Qt.MouseButton.NoButton,
        modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, turned)


def test_the_wheel_with_ctrl_goes_through_the_phases_of_a_cine_stack(qtbot, show):
    view = show(loop(), positions=(2, 5))
    wheel(view.view, 2, Qt.KeyboardModifier.ControlModifier)
    assert view.playback.frame == view.view.look.slice_index == 2
    assert view.view.look.zoom == 1.0
    with qtbot.waitSignal(view.position_needed) as asked:
        wheel(view.view, 1, Qt.KeyboardModifier.NoModifier)
    assert asked.args == [3]


def test_the_corner_says_the_rate_that_is_asked_and_achieved(qtbot, show):
    view = show(loop())
    view.play()
    qtbot.waitUntil(lambda: "dropped" in view.view.furniture.remark, timeout=8000)
    view.pause()
    assert view.view.furniture.remark == "20 fps · Frame Time"


def test_dragging_an_end_of_the_line_plays_a_part(qtbot, show):
    view = show(loop())
    track = view.bar.track
    low = track.height() - 4
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(5)), low))
    qtbot.mouseMove(track, QPoint(round(track.x_of(3)), low))
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(round(track.x_of(3)), low))
    assert view.playback.route.frames.tolist() == [0, 1, 2, 3]
    qtbot.mouseDClick(track, Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    assert len(view.playback.route.frames) == 6


def test_the_way_and_the_speed_change_by_a_click(qtbot, show):
    view = show(loop())
    qtbot.mouseClick(view.bar.way, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.bar.pace, Qt.MouseButton.LeftButton)
    assert view.playback.route.repeat is Repeat.BOUNCE
    assert view.playback.speed == 2.0
