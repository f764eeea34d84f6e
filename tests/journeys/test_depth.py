"""A volume in 3-D: its panel, its crop box, presets of one's own, and what leaves the room."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.object_content import LaidObject, LayerRow
from app.viewer.layers.crop_in_space import Side, handles
from app.viewer.layers.crop_outline import CropOutline
from app.viewer.volume_request import Detail
from inference.imaging.objects.references import Binding
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from tests.journeys.reader import LEFT, Reader

HEAD = Path(__file__).parents[3] / "shared" / "data" / "ct_volume" / "ct_head_ge8800_64px"
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier

pytestmark = pytest.mark.journey


@pytest.fixture
def in_3d(reader: Reader):
    """The head CT of the shared data in three planes and in 3-D, the last one chosen."""
    if not HEAD.is_dir():
        pytest.skip(f"the studies of {HEAD.parent} are not here")
    reader.drop([HEAD], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait("the volume", lambda: reader.view.exhibit.volume is not None)
    reader.key(Qt.Key.Key_M)
    reader.wait("3-D", lambda: reader.room.room.depth.view is not None)
    QTest.mouseClick(view_of(reader), Qt.MouseButton.MiddleButton)
    return reader


def view_of(reader: Reader):
    return reader.room.room.depth.view


def settle(reader: Reader) -> None:
    """Wait for the finest picture of what is wanted now."""
    view = view_of(reader)

    def fine() -> bool:
        shown = view.picture.request if view.picture else None
        wanted = view._wanted(Detail.FULL)
        return shown is not None and shown.detail is Detail.FULL and shown.shows_the_same_as(wanted)

    reader.wait("the finest picture", fine, 120)


def test_curve_crop_and_preset_are_undone_and_found_again(in_3d: Reader) -> None:
    reader, view = in_3d, view_of(in_3d)
    first = view.look
    reader.key(Qt.Key.Key_D, ALT)
    panel = reader.window.depth_panel
    reader.wait("the panel", panel.isVisible)
    reader.wait("the histogram", lambda: panel.curve.editor.histogram is not None)
    settle(reader)
    reader.photograph("3-d-panel")

    QTest.mousePress(view, LEFT, CTRL, QPoint(100, 100))
    for step in range(1, 5):
        QTest.mouseMove(view, QPoint(100 + 10 * step, 100 - 5 * step))
    QTest.mouseRelease(view, LEFT, CTRL, QPoint(140, 80))
    windowed = view.look
    assert panel.curve.editor.curve.width > 0
    assert windowed.preset.opacity != first.preset.opacity
    assert view.camera.axes_lps == pytest.approx(np.array([(1, 0, 0), (0, 0, 1), (0, -1, 0)]))

    QTest.keyClick(view, Qt.Key.Key_C, ALT)
    reader.wait("the box", lambda: view.look.crop is not None)
    spot = handles(view.projection(), view.look.crop)[Side(2, high=True)].toPoint()
    QTest.mousePress(view, LEFT, pos=spot)
    for step in range(1, 5):
        QTest.mouseMove(view, spot + QPoint(0, 10 * step))
    QTest.mouseRelease(view, LEFT, pos=spot + QPoint(0, 40))
    cut = view.look.crop
    assert cut.high_lps_mm[2] < panel.story.whole.high_lps_mm[2] - 10
    slices = reader.window.hanging.slice_views()
    assert all(any(isinstance(layer, CropOutline) for layer in one.layers) for one in slices)
    settle(reader)
    reader.photograph("3-d-crop-box")

    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert view.look.crop == panel.story.whole  # the whole drag was one step
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert view.look == windowed
    QTest.keyClick(view, Qt.Key.Key_Z, CTRL)
    assert view.look == first
    for _ in range(3):
        reader.wait("redo", reader.room.menus.action("Redo").isEnabled)
        QTest.keyClick(view, Qt.Key.Key_Y, CTRL)
    assert view.look.crop == cut

    reader.room.room.rendering.save_preset("Skull of mine")
    reader.wait("the preset", lambda: any(p.own for p in view.presets))
    assert view.preset.title == "Skull of mine"
    assert not view.icon_of(view.preset.key).isNull()
    reader.leave()
    reader.sit_down()
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait("the volume", lambda: reader.view.exhibit.volume is not None)
    reader.key(Qt.Key.Key_M)
    reader.wait("3-D", lambda: reader.room.room.depth.view is not None)
    reader.wait("the preset", lambda: "Skull of mine" in [p.title for p in view_of(reader).presets])


def test_a_turn_leaves_the_room_as_a_movie_and_the_view_stays(in_3d: Reader, tmp_path: Path) -> None:
    reader, view = in_3d, view_of(in_3d)
    settle(reader)
    home = view.camera
    path = tmp_path / "turn.mp4"
    reader.room.room.filming.save_turntable(path, frames=6)
    reader.wait("the movie", lambda: str(path) in reader.told, 180)
    line = [get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(line, capture_output=True, check=True, timeout=60).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(6, -1).astype(int)
    assert np.abs(frames[0] - frames[3]).mean() > 0.5
    assert view.camera is home


def test_the_keys_look_from_the_sides_and_a_picture_says_what_made_it(in_3d: Reader, tmp_path: Path) -> None:
    reader, view = in_3d, view_of(in_3d)
    for key, eye in ((Qt.Key.Key_L, (1, 0, 0)), (Qt.Key.Key_S, (0, 0, 1)), (Qt.Key.Key_P, (0, 1, 0))):
        QTest.keyClick(view, key, ALT)
        assert np.allclose(view.camera.axes_lps[2], eye)
    settle(reader)
    path, seen = tmp_path / "picture.png", view.size()  # the notice that it is written takes room
    reader.room.room.exporting.save_picture(path)
    reader.wait("the picture", lambda: str(path) in reader.told)
    saved = QImage(str(path))
    assert (saved.width(), saved.height()) == (seen.width(), seen.height() + 24)


def test_masks_of_a_model_stand_in_the_scene_and_the_picture_says_who_spoke(in_3d: Reader) -> None:
    reader, view = in_3d, view_of(in_3d)
    volume, uid = view.exhibit.volume, view.exhibit.display_set_uid
    labels = np.zeros(volume.shape, np.uint8)
    labels[30:60, 20:40, 20:40] = 1
    segments = (Segment(1, "Brain", (86, 156, 232)),)
    found = SegmentMap(Volume(labels, volume.affine_lps), segments, "Masks", "", view.exhibit.series_uid)
    rows = (LayerRow(1, "Brain", (86, 156, 232), 100.0, "model"),)
    binding = Binding((reader.sitting.display_set(uid),))
    objects, voices = reader.room.room.objects, reader.room.room.filming.voices
    assert voices.of(view) == ()
    objects.lay(LaidObject("one", "Masks", "masks by a model", binding, rows, (found,)))
    assert view.surfaces == (found,)
    assert voices.of(view) == voices.of(reader.window.hanging.slice_view(0)) == ("Masks",)
    settle(reader)
    reader.photograph("3-d-masks")
    objects.layers.hide("one", frozenset({1}))
    assert not view.surfaces[0].segments[0].visible
    objects.close("one")
    assert view.surfaces == ()
