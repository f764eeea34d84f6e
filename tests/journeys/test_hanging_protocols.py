"""How the bundled study hangs: by protocol, in a grid, one viewport alone, dragged, saved and found again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from app.layouts import Layout
from app.panels.grid_chooser import GridChooser
from app.panels.protocols import ProtocolsDialog
from app.viewer.thumbnails import display_set_mime
from tests.journeys.reader import LEFT, PLAIN, Reader

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_study_hangs_as_its_reader_likes_it(reader: Reader, demo: Path) -> None:
    reader.drop([demo], reader.window.studies)
    reader.wait("the study", lambda: reader.window.hanging.slice_views(), 240)
    reader.wait_until_idle()
    grid(reader)
    alone_and_back(reader)
    drag(reader)
    save(reader)
    find_again(reader)


def grid(reader: Reader) -> None:
    """Three by four, chosen on the sheet."""
    reader.key(Qt.Key.Key_3, CONTROL)
    sheet = reader.window.findChild(GridChooser)
    reader.wait("the sheet", sheet.isVisible)
    QTest.mouseClick(sheet, LEFT, PLAIN, sheet.cell(2, 3).center())
    assert reader.sitting.desk.layout is Layout.TWELVE
    assert len(reader.window.hanging.wall.visible_numbers) == 12
    reader.wait_until_idle()
    reader.photograph("grid")


def alone_and_back(reader: Reader) -> None:
    """A double click on a picture."""
    view = reader.window.hanging.slice_view(0)
    for seen in (1, 12):
        QTest.mouseDClick(view, LEFT)
        QTest.qWait(50)
        assert len(reader.window.hanging.wall.visible_numbers) == seen


def drag(reader: Reader) -> None:
    """A thumbnail onto the first viewport of two."""
    reader.key(Qt.Key.Key_2, CONTROL)
    reader.wait("two viewports", lambda: reader.sitting.desk.layout is Layout.TWO)
    wall = reader.window.hanging.wall
    uid = reader.sitting.desk.slots[1]
    QTest.qWait(50)  # until the wall has settled
    spot = QPointF(wall.slots[0].geometry().center())
    data = display_set_mime(uid)
    drop = QDropEvent(spot, Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    wall.panes[0].dropEvent(drop)
    assert reader.sitting.desk.slots[:2] == (uid, uid)
    reader.wait_until_idle()


def save(reader: Reader) -> None:
    """What hangs now goes before what came with the product."""
    reader.window.hanging.setFocus()  # the view that had it is gone
    reader.key(Qt.Key.Key_H, CONTROL)
    reader.wait("the list", lambda: reader.window.findChild(ProtocolsDialog))
    dialog = reader.window.findChild(ProtocolsDialog)
    before = dialog.list.count()
    QTest.keyClicks(dialog.name, "Twice the same")
    reader.click(dialog.save)
    reader.wait("one more", lambda: dialog.list.count() == before + 1)
    assert dialog.list.item(0).text().startswith("Twice the same")
    assert "yours" in dialog.list.item(0).text()
    QTest.qWait(50)
    dialog.grab().save(str(reader.shots / "protocols.png"))
    dialog.reject()
    reader.window.activateWindow()  # as a window manager does
    reader.wait("the window again", reader.window.isActiveWindow)


def find_again(reader: Reader) -> None:
    """Another protocol, the saved one again, and the saved one at the next opening."""
    hung = reader.sitting.desk.slots[:2]
    hanging = reader.window.hanging
    hanging.setFocus()
    reader.key(Qt.Key.Key_Period)
    reader.wait("another hanging", lambda: "Hung as" in reader.told)
    assert len(set(reader.sitting.desk.slots[:2])) == 2  # one of each, no longer one twice
    reader.key(Qt.Key.Key_Comma)
    assert reader.sitting.desk.slots[:2] == hung
    uid = reader.sitting.current.uid
    reader.room.room.opening.close_study()
    reader.room.room.opening.open_study(uid)
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait_until_idle()
    assert reader.sitting.desk.layout is Layout.TWO
    assert reader.sitting.desk.slots[:2] == hung
    reader.photograph("saved")
