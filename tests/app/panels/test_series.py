from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel

from app.panels.series import SeriesPanel, size_words
from inference.imaging.study import DisplaySet, Instance, Kind
from tests.app.panels.test_documents import document


def display_set(uid: str, kind: Kind = Kind.VOLUME, **more) -> DisplaySet:
    instance = Instance(Path("a"), uid, "", uid, "1.2", "", modality="MR")
    values = {"shape": (28, 512, 512), "spacing_mm": (5.0, 0.45, 0.45), **more}
    return DisplaySet(uid, uid, "1.2", kind, f"series <i>{uid}</i>", "MR", (instance,), **values)


@pytest.fixture
def panel(qtbot):
    panel = SeriesPanel()
    qtbot.addWidget(panel)
    panel.resize(240, 400)
    panel.show_series([display_set("1"), display_set("2", warnings=("gap after slice 12",)),
                       display_set("3", Kind.DOCUMENT)])  # fmt: skip
    panel.show()
    return panel


def test_the_size_names_pictures_and_millimetres():
    assert size_words(display_set("1")) == "28 · 0.45×0.45×5.0 mm"
    assert size_words(display_set("1", spacing_mm=None)) == "28 · 512×512 pixels"


def test_what_has_no_pixels_is_no_series(panel):
    assert panel.uids == ("1", "2")


def test_a_warning_is_told_in_words(panel):
    assert "gap after slice 12" in panel.row("2").toolTip()


def test_a_click_asks_for_the_series(panel, qtbot):
    with qtbot.waitSignal(panel.chosen) as asked:
        qtbot.mouseClick(panel.row("2"), Qt.MouseButton.LeftButton)
    assert asked.args == ["2"]


def test_a_late_thumbnail_of_another_study_is_let_go(panel):
    picture = QImage(128, 128, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    panel.show_thumbnail("gone", picture)
    panel.show_thumbnail("1", picture)
    assert not panel.row("1").picture.pixmap().isNull()


def test_a_view_that_a_reader_named_is_said(qtbot):
    shown = replace(display_set("loop", Kind.CINE), modality="US", view="A4C")
    made = SeriesPanel()
    qtbot.addWidget(made)
    made.show_series([shown])
    assert made.row("loop").view.whole == "Apical four-chamber, by the reader"
    made.show_views([replace(shown, view="")])
    assert made.row("loop").view.whole == ""


def test_a_study_of_documents_says_that_it_holds_no_pictures(qtbot):
    panel = SeriesPanel()
    qtbot.addWidget(panel)
    panel.show_series([document("1", "Report")])
    assert [child.text() for child in panel.findChildren(QLabel)] == ["no pictures"]
    panel.show_series([])
    QApplication.processEvents()
    assert panel.uids == ()
