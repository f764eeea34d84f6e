"""What is seen is saved as a protocol, planes and 3-D as well; a file that cannot be used is a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

import resources
from app import theme
from app.layouts import Layout
from app.manner import ViewKind
from app.panels.protocols import ProtocolsDialog
from app.viewer.look import Oblique, Plane, Slab
from tests.journeys.reader import Reader


@pytest.fixture
def reader(qapp, tmp_path):
    folder = resources.path("demo")
    if not folder.is_dir():
        pytest.skip("the bundled study is not here")
    theme.apply(qapp)
    reader = Reader(tmp_path, tmp_path)
    own = tmp_path / "hanging"
    own.mkdir()
    (own / "broken.json").write_text('{"title": "Broken", "layout": "9x9"}')
    reader.drop([folder], reader.window.studies)
    reader.wait("the pictures", lambda: reader.window.hanging.slice_views(), 120)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def dialog_of(reader) -> ProtocolsDialog:
    reader.room.room.protocol_saving.ask()
    return next(d for d in reader.window.findChildren(ProtocolsDialog) if d.isVisible())


def test_planes_as_they_are_seen_are_saved_and_hang_again(reader):
    assert "The hanging protocol broken.json cannot be used" in reader.told
    assert '"layout" of the file is "9x9"' in reader.told
    hanging, own = reader.window.hanging, reader.home / "hanging"
    hanging.setFocus()
    reader.key(Qt.Key.Key_M)  # three planes and 3-D of the series in hand
    reader.wait("planes", lambda: hanging.slice_view(2))
    hanging.slice_view(2).adjust(slab_mm=12.0, slab=Slab.MAXIMUM)
    dialog = dialog_of(reader)
    assert "broken.json" in dialog.troubles.text()
    QTest.keyClicks(dialog.name, "Deep")
    reader.click(dialog.save)
    reader.wait("the file", lambda: dialog.list.item(0).text().startswith("Deep"))
    reader.click(dialog.stage)
    reader.wait("a second stage", lambda: "2 stages" in dialog.list.item(0).text())
    dialog.reject()
    stages = json.loads((own / "deep.json").read_text())["stages"]
    assert [slot["view"] for slot in stages[0]["slots"]] == ["axial", "sagittal", "coronal", "3-D"]
    assert stages[1]["slots"][2]["slab_mm"] == 12
    uid = reader.sitting.current.uid
    reader.room.room.opening.close_study()
    reader.room.room.opening.open_study(uid)
    reader.wait("the planes", lambda: reader.sitting.current and hanging.slice_view(2))
    reader.wait_until_idle()
    assert reader.sitting.desk.layout is Layout.FOUR
    assert [m.view for m in reader.sitting.desk.manners[:4]] == [
        ViewKind.AXIAL, ViewKind.SAGITTAL, ViewKind.CORONAL, ViewKind.VOLUME,
    ]  # fmt: skip
    look = hanging.slice_view(2).look
    assert (look.plane, look.slab_mm, look.slab) == (Plane.CORONAL, 12.0, Slab.MAXIMUM)


def test_a_turned_plane_is_saved_and_hangs_turned_again(reader):
    hanging, own = reader.window.hanging, reader.home / "hanging"
    hanging.setFocus()
    reader.key(Qt.Key.Key_M)
    reader.wait("planes", lambda: hanging.slice_view(2))
    hanging.activate(0)
    reader.wait("planes that cross", lambda: reader.room.room.turning.can_turn)
    reader.room.room.turning.turn(25.0)
    seen = [hanging.slice_view(slot).look.plane for slot in (1, 2)]
    assert all(isinstance(cut, Oblique) for cut in seen)
    dialog = dialog_of(reader)
    QTest.keyClicks(dialog.name, "Turned")
    reader.click(dialog.save)
    reader.wait("the file", lambda: dialog.list.item(0).text().startswith("Turned"))
    dialog.reject()
    slots = json.loads((own / "turned.json").read_text())["stages"][0]["slots"]
    assert [round(float(np.linalg.norm(s.get("turned_deg", [0])))) for s in slots] == [0, 25, 25, 0]
    uid = reader.sitting.current.uid
    reader.room.room.opening.close_study()
    reader.room.room.opening.open_study(uid)
    reader.wait("the planes", lambda: reader.sitting.current and hanging.slice_view(2))
    reader.wait_until_idle()
    for slot, before in zip((1, 2), seen, strict=True):
        again = hanging.slice_view(slot).look.plane
        assert np.allclose(again.slice_lps, before.slice_lps, atol=1e-3)
        assert np.allclose(again.down_lps, before.down_lps, atol=1e-3)
        assert again.turned_from is before.turned_from
