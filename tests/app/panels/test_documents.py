"""Objects of a study can be told apart, and a short document takes no more room than it needs."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.object_pages import Page
from app.panels.documents import DocumentPanel, ObjectsPanel
from inference.imaging.study import DisplaySet, Instance, Kind

CONTOURS, REPORT = "1.2.840.10008.5.1.4.1.1.481.3", "1.2.840.10008.5.1.4.1.1.88.33"


def document(uid: str, title: str, sop_class: str = CONTOURS) -> DisplaySet:
    one = Instance(Path("nowhere"), uid, sop_class, "s", "u", "", has_pixels=False)
    return DisplaySet(uid, "s", "u", Kind.DOCUMENT, title, "OT", (one,), (1, 0, 0))


def test_objects_of_one_name_are_counted(qtbot):
    panel = ObjectsPanel()
    qtbot.addWidget(panel)
    panel.show_objects([document("1", "Organs"), document("2", "Organs"), document("3", "Organs", REPORT)])
    names = [panel.row(uid).accessibleName() for uid in "123"]
    assert names == ["Organs, contours · 1 of 2", "Organs, contours · 2 of 2", "Organs, report"]


@pytest.mark.parametrize("text", ["Plan1 is listed but cannot be drawn.", "one\ntwo\nthree\nfour"])
def test_a_short_document_leaves_the_room_to_what_stands_below(qtbot, text):
    body = QWidget()
    qtbot.addWidget(body)
    column = QVBoxLayout(body)
    panel = DocumentPanel()
    column.addWidget(panel)
    column.addStretch()
    body.resize(360, 900)
    body.show()
    panel.show_page(Page("1", "Plan1", ("RT Plan",), text=text))
    qtbot.waitUntil(lambda: panel.height() == panel.sizeHint().height())
    assert panel.height() < 200
