"""Pages of a PDF lie over the viewport, are turned there, and go with what hangs below."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app import theme
from app.viewer.grey import image_to_array
from inference.imaging.objects.kinds import ObjectKind, object_kind
from tests.imaging_fixtures import write_series
from tests.inference.imaging.objects.test_documents import pdf_file
from tests.inference.imaging.objects.test_pdf_pages import pdf
from tests.journeys.reader import Reader

TWO = pdf("Ejection fraction 55 %", "second page", size=(400, 200))


@pytest.fixture
def reader(qapp, tmp_path):
    theme.apply(qapp)
    reader = Reader(tmp_path / "home", tmp_path)
    flat = np.full((4, 20, 20), 100, np.int16)
    for series in ("1", "2"):
        write_series(tmp_path / "in" / series, pixels=flat, series=series)
    pdf_file(tmp_path / "in" / "letter.dcm", data=TWO, EncapsulatedDocumentLength=len(TWO))
    reader.room.room.opening.import_paths([tmp_path / "in"])
    reader.wait("the study", lambda: reader.sitting.current is not None)
    reader.wait_until_idle()
    yield reader
    reader.leave()
    reader.watchdog.stop()


def opened(reader):
    """The letter as it lies over the viewport, its page drawn."""
    pages = reader.room.room.objects.pages
    uid = next(d.uid for d in reader.sitting.current.display_sets if object_kind(d) is ObjectKind.PDF)
    QTest.mouseClick(reader.window.objects.row(uid), Qt.MouseButton.LeftButton)
    reader.wait("the page", lambda: pages.cover is not None and pages.cover.pages.is_drawn)
    return pages.cover


def test_a_page_is_drawn_in_the_viewport_and_its_text_can_be_copied(reader):
    cover = opened(reader)
    assert cover.geometry().width() > reader.window.hanging.wall.slots[0].width() - 4
    seen = image_to_array(cover.pages.viewport().grab().toImage())[..., :3].astype(int)
    red = (seen[..., 0] > 200) & (seen[..., 1:].max(-1) < 60)
    assert 0.03 < red.mean() / (seen.min(-1) > 200).mean() < 0.06  # 50 x 50 of 400 x 200 points
    assert reader.window.document.text.toPlainText() == "Ejection fraction 55 %\n\nsecond page"
    reader.click(cover.button("Copy the text of the document"))
    assert QApplication.clipboard().text().startswith("Ejection fraction 55 %")


def test_pages_are_turned_by_key_and_wheel_and_enlarged_to_a_limit(reader):
    pages = opened(reader).pages
    QTest.keyClick(pages, Qt.Key.Key_PageDown)
    reader.wait("the second page", lambda: pages.page == 1 and pages.is_drawn)
    reader.wheel(-1, pages.viewport())
    assert pages.page == 0
    before = pages.page_size_px.width()
    for _ in range(30):
        QTest.keyClick(pages, Qt.Key.Key_Plus)
    assert before < pages.page_size_px.width() == round(400 * 96 / 72 * 6)
    QTest.keyClick(pages, Qt.Key.Key_0)
    assert pages.page_size_px.width() == before


def test_a_document_that_is_put_away_shows_what_hangs_below(reader):
    cover, below = opened(reader), reader.view
    QTest.keyClick(cover.pages, Qt.Key.Key_Escape)
    assert not cover.isVisible()
    assert not reader.window.document.isVisible()
    assert reader.view is below


def test_another_series_in_the_viewport_takes_the_document_away(reader):
    cover = opened(reader)
    hung = reader.sitting.desk.slots[0]
    other = next(d for d in reader.sitting.current.display_sets if d.shape[1] and d.uid != hung)
    reader.room.room.arranging.show_series(other.uid, 0)
    assert not cover.isVisible()
    assert reader.room.room.objects.pages.cover is None


def test_another_study_takes_the_document_away(reader):
    cover = opened(reader)
    reader.room.services.workspace.open(None)
    assert not cover.isVisible()
