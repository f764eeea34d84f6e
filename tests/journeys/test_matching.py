"""Labels are typed and ranked, the slices behind them shown, the reasons laid over, similar cases found."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.matching import MODEL
from inference.models import catalogue
from tests.journeys.reader import LEFT, Reader
from training.phantoms.radclip import KINDS, volume
from training.phantoms.radclip_dicom import write_radclip_study

pytestmark = [pytest.mark.journey, pytest.mark.slow]

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    """Three drawn patients; one has a glioma."""
    if MODEL not in set(catalogue.keys()):
        pytest.skip("the bundled model has not been trained")
    wanted = ("head MRI, glioma tumour", "head MRI, normal", "chest CT, nodule")
    for n, caption in enumerate(wanted):
        kind = next(kind for kind in KINDS if kind.caption == caption)
        write_radclip_study(volume(kind, 2_000_000 + n), tmp_path / "cases" / str(n))
    return tmp_path / "cases"


def test_words_slices_reasons_and_similar_cases(reader: Reader, cases: Path) -> None:
    open_the_first(reader, cases)
    nothing_typed_is_a_sentence(reader)
    rank(reader)
    look_at_slices(reader)
    ask_why(reader)
    find_similar(reader)
    find_by_words(reader)


def open_the_first(reader: Reader, cases: Path) -> None:
    """All three come into the library, the glioma is opened."""
    reader.drop([cases], reader.window.studies)
    reader.wait("three studies", lambda: len(reader.room.services.library.entries()) == 3)
    reader.wait_until_idle()
    reader.room.room.opening.import_paths([cases / "0"])
    reader.wait("the study", lambda: reader.sitting.current)
    reader.wait("the picture", lambda: reader.window.hanging.slice_views())
    reader.wait_until_idle()


def nothing_typed_is_a_sentence(reader: Reader) -> None:
    """Ctrl+M opens the panel; an empty list is answered in words, 5,000 labels as well, and stay."""
    reader.key(Qt.Key.Key_M, CONTROL)
    panel = reader.window.matches
    assert panel.isVisible()
    reader.click(panel.match)
    reader.wait("the sentence", lambda: "no label" in reader.told)
    many = "\n".join(f"label {n}" for n in range(5000))
    panel.labels.setPlainText(many)
    reader.click(panel.match)
    reader.wait("the sentence", lambda: "5,000 labels" in reader.told)
    assert panel.labels.toPlainText() == many


def rank(reader: Reader) -> None:
    """A picked list and a word of one's own, ranked; the own word has no probability."""
    panel = reader.window.matches
    number = panel.lists.findText("Head MRI")
    panel.lists.setCurrentIndex(number)
    panel.lists.activated.emit(number)
    panel.labels.appendPlainText("pneumothorax")
    reader.click(panel.match)
    reader.wait("the ranking", lambda: len(panel.shown) == 5, 300)
    assert "Head MRI" in panel.shown[0]
    assert reader.sitting.chosen is not None
    assert reader.sitting.chosen[1].target.title == panel.shown[0]
    reader.wait_until_idle()
    reader.photograph("matches")


def look_at_slices(reader: Reader) -> None:
    """The strip stands under the stack; a click goes to the slice."""
    strip = reader.window.slices
    assert strip.isVisible()
    assert "Without slices" in strip.check.text()
    QTest.mouseClick(strip.bars, LEFT, pos=strip.bars.rect().center())
    reader.wait(
        "the slice", lambda: reader.view.look.slice_index == strip.bars.slice_at(strip.bars.width() / 2)
    )


def ask_why(reader: Reader) -> None:
    """Integrated gradients of the image-text match, with the share of each slice."""
    reader.click(reader.window.explanations.methods.button("integrated_gradients"))
    reader.wait("the reasons", lambda: reader.sitting.attributions, 300)
    made = reader.sitting.attributions[-1]
    slices = len(reader.window.slices.bars.story.index)
    assert sum(len(unit.scores) for unit in made.units) == 64 * slices
    assert made.evidence.check("completeness").verdict == "pass"
    reader.wait_until_idle()
    reader.photograph("match-explained")


def find_similar(reader: Reader) -> None:
    """The library is embedded once; the other head is nearer than the chest."""
    reader.key(Qt.Key.Key_J, CONTROL)
    panel = reader.window.similar
    reader.wait("the count", lambda: panel.update_library.isVisible())
    reader.click(panel.update_library)
    reader.wait("the embeddings", lambda: not panel.update_library.isVisible(), 300)
    reader.click(panel.like)
    reader.wait("the cases", lambda: len(panel.shown) == 2, 60)
    own = reader.sitting.current.uid
    assert own not in panel.shown
    first = reader.room.services.library.study(panel.shown[0])
    assert first.description == "Head MRI"
    reader.wait_until_idle()
    reader.photograph("similar-cases")


def find_by_words(reader: Reader) -> None:
    """Words find the chest, and a click opens it."""
    panel = reader.window.similar
    panel.words.setFocus()
    QTest.keyClicks(panel.words, "chest ct\r")
    reader.wait("the search", lambda: len(panel.shown) == 3, 60)
    uid = panel.shown[0]
    assert reader.room.services.library.study(uid).description == "Chest CT"
    reader.wait("its row", panel._rows[uid].isVisible)
    reader.click(panel._rows[uid])
    reader.wait("the chest", lambda: reader.sitting.current and reader.sitting.current.uid == uid)
    reader.wait_until_idle()
