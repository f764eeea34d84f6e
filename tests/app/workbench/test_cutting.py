"""Planes of a volume, with its phases or without, are a step like every other."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app import theme
from app.layouts import Layout
from app.viewer.cine_view import CineView
from app.viewer.look import Plane
from app.viewer.volume_view import VolumeView
from tests.app.report.leaving import WHOLE
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader
from tests.ventricle_stacks import heart, write_heart

CTRL = Qt.KeyboardModifier.ControlModifier
PLANES = [Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL]


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    yield reader
    reader.leave()
    reader.watchdog.stop()


@pytest.fixture
def ct(reader, tmp_path):
    """Two small series of one study, the first one chosen."""
    for number in ("1", "2"):
        more = {**WHOLE, "SeriesInstanceUID": f"1.2.3.{number}", "SeriesNumber": number}
        write_series(tmp_path / "ct" / number, pixels=np.full((6, 24, 32), 100, np.int16), **more)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    reader.wait("the planes to be offered", reader.room.menus.action("Three planes and 3-D").isEnabled)
    reader.window.hanging.setFocus()
    return reader


def planes(reader):
    """How the slices on the wall are cut."""
    return [view.look.plane for view in reader.window.hanging.slice_views()]


def undo(reader, key=Qt.Key.Key_Z):
    reader.wait("the step", reader.room.menus.action("Undo" if key == Qt.Key.Key_Z else "Redo").isEnabled)
    reader.window.hanging.setFocus()
    reader.key(key, CTRL)
    reader.wait_until_idle()


def test_planes_are_undone_and_done_again_with_the_keys(ct):
    hung = planes(ct)
    ct.key(Qt.Key.Key_M)
    assert planes(ct) == PLANES
    assert isinstance(ct.window.hanging.view(3), VolumeView)
    undo(ct)
    assert planes(ct) == hung
    assert not ct.room.room.cutting.is_on
    undo(ct, Qt.Key.Key_Y)
    assert planes(ct) == PLANES
    ct.window.hanging.setFocus()
    ct.key(Qt.Key.Key_M)
    assert planes(ct) == hung
    undo(ct)
    assert planes(ct) == PLANES


def test_leaving_planes_for_another_series_or_layout_is_one_step(ct):
    room = ct.room.room
    other = ct.sitting.current.display_sets[1].uid
    ct.key(Qt.Key.Key_M)
    room.arranging.show_series(other, 0)
    ct.wait_until_idle()
    assert (planes(ct)[0], ct.sitting.desk.slots[0]) == (Plane.NATIVE, other)
    undo(ct)
    assert planes(ct) == PLANES
    room.arranging.lay_out(Layout.TWO)
    ct.wait_until_idle()
    assert planes(ct) == [Plane.NATIVE] * 2
    undo(ct)
    assert planes(ct) == PLANES


def test_planes_make_room_when_another_study_or_none_is_opened(ct):
    ct.key(Qt.Key.Key_M)
    ct.room.room.opening.close_study()
    assert planes(ct) == []
    ct.room.room.opening.open_study(ct.sitting.current.uid if ct.sitting.current else "1.2.3")
    ct.wait_until_idle()
    assert not ct.room.room.cutting.is_on


def test_the_phases_of_a_cine_stack_are_undone_and_done_again(reader, tmp_path):
    write_heart(tmp_path / "heart", heart())
    hanging, phasing = reader.window.hanging, reader.room.room.phasing
    reader.room.room.opening.import_paths([tmp_path / "heart"])
    reader.wait("the loop", lambda: any(isinstance(s.view, CineView) for s in hanging.wall.slots))
    reader.wait_until_idle()
    loops = [n for n, slot in enumerate(hanging.wall.slots) if isinstance(slot.view, CineView)]
    sets = [reader.sitting.display_set(reader.sitting.desk.slots[n]) for n in loops]
    hanging.activate(next(n for n, d in zip(loops, sets, strict=True) if d.kind.value == "cine stack"))
    hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("all phases", lambda: phasing.is_on)
    assert planes(reader)[:3] == PLANES
    undo(reader)
    assert not phasing.is_on
    assert [n for n, s in enumerate(hanging.wall.slots) if isinstance(s.view, CineView)] == loops
    undo(reader, Qt.Key.Key_Y)
    reader.wait("all phases again", lambda: phasing.is_on)
    assert planes(reader)[:3] == PLANES
