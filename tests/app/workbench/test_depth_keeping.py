"""A volume is seen in 3-D as it was left: after a restart, and when its study is opened again."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app import theme
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import LEFT, Reader

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    for study in ("1", "2"):
        pixels = np.random.default_rng(1).integers(-500, 900, (12, 24, 32)).astype(np.int16)
        write_series(tmp_path / "ct" / study, pixels=pixels, study=study, series=study, **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def in_3d(reader):
    reader.wait("3-D", lambda: reader.room.room.depth.view is not None)
    return reader.room.room.depth.view


def change(reader):
    """Three planes and 3-D, then another preset, blending, a crop box and another side, by keys and mouse."""
    reader.wait("the volume", lambda: reader.view.exhibit.volume is not None)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    view = in_3d(reader)
    first = view.look
    QTest.mouseClick(view, Qt.MouseButton.MiddleButton)
    room = reader.room.room
    room.rendering.step_preset(1)
    room.rendering.step_blend()
    room.rendering.toggle_shading()
    reader.wait("the command", reader.room.menus.action("Crop box").isEnabled)
    QTest.keyClick(view, Qt.Key.Key_C, ALT)
    assert view.look.cropped
    box = view.look.box
    view.dress(view.look.within(box.moved(2, box.high_lps_mm[2] - 5, high=True, within=box)), "Crop")
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(60, 60))
    QTest.mouseMove(view, QPoint(90, 75))
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, QPoint(90, 75))
    assert view.look != first
    return first, view.look, view.camera.axes_lps


def test_the_look_in_3d_survives_closing_the_window(reader):
    _first, look, axes = change(reader)
    reader.leave()
    reader.sit_down()
    view = in_3d(reader)
    assert view.look == look
    assert np.allclose(view.camera.axes_lps, axes)
    reader.wait("a picture", lambda: view.picture is not None)
    assert view.picture.request.preset == look.preset
    assert view.picture.request.crop == look.crop


def test_the_look_in_3d_comes_again_with_its_study_and_no_other_study_has_it(reader):
    first, look, axes = change(reader)
    mine = reader.sitting.current.uid
    entries = reader.room.services.library.entries()
    other = next(entry.uid for entry in entries if entry.uid != mine)
    for uid, wanted in ((other, first), (mine, look)):
        reader.room.room.opening.open_study(uid)
        reader.wait("the study", lambda uid=uid: reader.sitting.current.uid == uid)
        reader.wait_until_idle()
        reader.wait("the volume", lambda: reader.view.exhibit.volume is not None)
        reader.window.hanging.setFocus()
        reader.key(Qt.Key.Key_M)
        assert in_3d(reader).look == wanted
    assert np.allclose(in_3d(reader).camera.axes_lps, axes)


def test_a_look_that_was_changed_back_is_not_kept(reader):
    change(reader)
    view = in_3d(reader)
    for _ in range(5):
        reader.wait("the step", reader.room.menus.action("Undo").isEnabled)
        reader.window.hanging.setFocus()
        reader.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    view.reset()
    reader.leave()
    reader.sit_down()
    assert reader.room.room.depth.keeping._sights == {}
