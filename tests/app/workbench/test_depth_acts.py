"""A volume in 3-D is cut along the plane that the reader has turned, and one step brings it back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app import theme
from app.viewer.look import Plane
from app.viewer.planes import clockwise
from app.viewer.render_thread import wait_for_all
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    pixels = np.random.default_rng(1).integers(-500, 900, (12, 24, 32)).astype(np.int16)
    write_series(tmp_path / "ct", pixels=pixels, **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the volume", lambda: reader.window.hanging.slice_views() and reader.view.exhibit.volume)
    reader.wait_until_idle()
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    yield reader
    reader.leave()
    reader.watchdog.stop()


def cut(reader):
    reader.wait("the command", reader.room.menus.action("Cut along the plane").isEnabled)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_X, ALT)


def test_the_chosen_plane_cuts_away_what_lies_before_it_and_undo_brings_it_back(reader):
    hanging, view = reader.window.hanging, reader.room.room.depth.view
    axial, coronal = hanging.slice_view(0), hanging.slice_view(2)
    hanging.planes.turn(axial, clockwise(axial, 25, Plane.CORONAL))
    QTest.mouseClick(coronal, Qt.MouseButton.MiddleButton)
    cut(reader)
    clip = view.look.clip
    assert abs(float(np.dot(clip.normal_lps, coronal.plane.normal_lps))) == pytest.approx(1.0)
    assert abs(coronal.plane.to_pixels(np.array(clip.point_lps_mm))[2]) < 1e-6
    assert float(np.dot(clip.normal_lps, view.camera.axes_lps[2])) < 0  # the side behind it stays
    reader.wait("a picture", lambda: view.picture is not None and view.picture.request.crop == view.look.part)
    reader.wait("the step", reader.room.menus.action("Undo").isEnabled)
    reader.key(Qt.Key.Key_Z, CTRL)
    assert view.look.clip is None


def test_closing_the_window_ends_the_thread_that_renders(reader):
    view = reader.room.room.depth.view
    reader.wait("a picture", lambda: view.picture is not None)
    reader.leave()
    assert wait_for_all()
    reader.sit_down()


def test_the_same_key_brings_back_what_was_cut_away(reader):
    view = reader.room.room.depth.view
    cut(reader)
    assert view.look.clip is not None
    cut(reader)
    assert view.look.part is None
