"""A CT of the trunk: masks in mL, surfaces, a draft whose words point, restoration errors, reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollArea

from app.viewer.layers.masks import MaskLayer
from app.viewer.layers.value_map import ValueMapLayer
from app.viewer.volume_view import VolumeView
from inference.models import catalogue
from tests.journeys.reader import Reader
from training.phantoms.chest import chest_case
from training.phantoms.chest_dicom import write_chest_study

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier
PATIENCE_S = 900


@pytest.fixture
def study(tmp_path: Path) -> Path:
    if "t3d" not in set(catalogue.keys()):
        pytest.skip("T3D has not been trained")
    return write_chest_study(chest_case(900_001, spacing_mm=(5.0, 3.0, 3.0), region="both"), tmp_path / "ct")


def test_a_trunk_from_its_slices_to_its_words(reader: Reader, study: Path) -> None:
    reader.drop([study], reader.window.studies)
    reader.wait("the study", lambda: reader.sitting.current, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    read_it(reader)
    point_with_a_word(reader)
    see_what_was_not_foretold(reader)
    see_surfaces(reader)


def read_it(reader: Reader) -> None:
    """Findings, masks with their volumes, and a draft that says what it is."""
    reader.room.room.modelling.run_model("t3d")
    reader.wait("the findings", lambda: reader.sitting.predictions, PATIENCE_S)
    reader.wait("the masks", lambda: reader.room.room.segmenting.reading, PATIENCE_S)
    reader.wait_until_idle(PATIENCE_S)
    assert any(isinstance(layer, MaskLayer) for layer in reader.view.layers)
    (card,) = reader.window.segments.cards.values()
    assert card.rows
    assert reader.window.words.isVisible()
    assert "Draft by a model" in reader.window.words._caveat.text()
    reader.photograph("masks")


def point_with_a_word(reader: Reader) -> None:
    """Resting on a word lays its region over the picture; leaving takes it away."""
    panel = reader.window.words
    reader.wait("the words", lambda: panel._maps is not None, PATIENCE_S)
    scroll = reader.window.right.widget()
    assert isinstance(scroll, QScrollArea)
    scroll.ensureWidgetVisible(panel.view)
    QTest.qWait(50)
    cursor = QTextCursor(panel.view.document())
    cursor.setPosition(panel._maps.spans[1][0] + 1)
    box = panel.view.cursorRect(cursor)
    QTest.mouseMove(panel.view.viewport(), QPoint(box.right() + 1, box.center().y()))
    reader.wait("the region", lambda: any(isinstance(x, ValueMapLayer) for x in reader.view.layers))
    reader.photograph("words")
    panel.view.hovered.emit(-1)
    assert not any(isinstance(x, ValueMapLayer) for x in reader.view.layers)


def see_what_was_not_foretold(reader: Reader) -> None:
    """The map of restoration errors."""
    reader.window.right.widget().ensureWidgetVisible(reader.window.words.errors)
    reader.click(reader.window.words.errors)
    assert any(isinstance(x, ValueMapLayer) for x in reader.view.layers)
    reader.photograph("restoration")
    reader.click(reader.window.words.errors)


def see_surfaces(reader: Reader) -> None:
    """Three planes and 3-D: the masks are surfaces there."""
    reader.room.room.cutting.toggle()
    reader.wait("the volume", lambda: isinstance(reader.window.hanging.view(3), VolumeView), PATIENCE_S)
    view = reader.window.hanging.view(3)
    reader.wait("a picture with surfaces", lambda: shown_with_surfaces(view), PATIENCE_S)
    assert np.isfinite(view.camera.axes_lps[0]).all()
    reader.photograph("surfaces")


def shown_with_surfaces(view: VolumeView) -> bool:
    """The picture on show was rendered with the masks."""
    return view.picture is not None and view.picture.request.surfaces is not None
