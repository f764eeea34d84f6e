"""A locked measurement stays as it is until the reader lets it go, and is locked again after a restart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app import theme
from tests.app.report.leaving import WHOLE, work_on
from tests.imaging_fixtures import write_series
from tests.journeys.reader import Reader

LOCK = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    write_series(tmp_path / "ct", shape=(6, 24, 32), **WHOLE)
    reader = Reader(tmp_path / "home", tmp_path)
    reader.room.room.opening.import_paths([tmp_path / "ct"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()
    reader.room.services.workspace.measure("Draw", work_on(reader.sitting.current).measurements[:2])
    yield reader
    reader.leave()
    reader.watchdog.stop()


def test_a_locked_measurement_is_neither_renamed_nor_deleted(reader):
    measuring, panel = reader.room.room.measuring, reader.window.measurements
    first, second = measuring.measurements
    panel.chosen.emit(first.uid)
    reader.wait("the command", reader.room.menus.action("Lock measurement").isEnabled)
    reader.window.hanging.setFocus()
    reader.key(Qt.Key.Key_L, LOCK)
    locked = measuring.measurement(first.uid)
    assert locked.locked
    measuring.rename(first.uid, "another name")
    assert measuring.measurement(first.uid) == locked
    measuring.delete(first.uid)
    assert measuring.measurement(first.uid) == locked
    assert "locked" in reader.told
    measuring.delete_all()
    assert [m.uid for m in measuring.measurements] == [first.uid]
    reader.room.services.workspace.undo()
    assert {m.uid for m in measuring.measurements} == {first.uid, second.uid}


def test_a_lock_is_found_again_and_can_be_taken_off(reader):
    measuring = reader.room.room.measuring
    uid = measuring.measurements[0].uid
    measuring.choose(uid)
    measuring.toggle_locked()
    reader.wait_until_idle()
    reader.leave()
    reader.sit_down()
    measuring = reader.room.room.measuring
    reader.wait("the measurement", lambda: measuring.measurement(uid))
    assert measuring.measurement(uid).locked
    measuring.choose(uid)
    measuring.toggle_locked()
    measuring.delete(uid)
    assert measuring.measurement(uid) is None
