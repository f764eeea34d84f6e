"""A draft's words say which of them the pointer rests on, and another text can take its place."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor

from app.panels.words import NOWHERE, WordsPanel
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.volume import Volume
from inference.models.t3d_reading import CTReading, DraftSentence, Nearest, WordMaps
from inference.place import Place

TEXT = "Nodule in the left lobe. The liver is normal."


def place(count: int) -> Place:
    index = np.array([(0, 0, n) for n in range(count)])
    return Place("d", "s", "CT", "f", (1, 1, count), index, np.eye(4))


def reading(**changes) -> CTReading:
    labels = Volume(np.zeros((2, 4, 4), np.uint8), np.eye(4))
    given = {
        "segments": SegmentMap(labels, (Segment(1, "Lungs", (1, 2, 3)),)),
        "draft": (
            DraftSentence("Nodule in the left lobe.", "nearest of 9 known sentences, cosine 0.41", "nodule"),
            DraftSentence("The liver is normal.", "no finding above threshold"),
        ),
        "nearest": (Nearest("A report.", 0.5),),
        "errors": np.zeros(3, np.float32),
        "errors_place": place(3),
        "caveat": "trained on phantoms · not for diagnostic use",
    }
    return CTReading("study", "d", "t3d", **{**given, **changes})


def maps(text: str = TEXT) -> WordMaps:
    spans = tuple((text.index(word), text.index(word) + len(word)) for word in ("Nodule", "left", "liver"))
    return WordMaps("study", text, spans, np.ones((3, 5), np.float32), place(5))


@pytest.fixture
def panel(qtbot) -> WordsPanel:
    made = WordsPanel()
    qtbot.addWidget(made)
    made.resize(320, 400)
    made.show_reading(reading())
    made.show()
    return made


def spot(panel: WordsPanel, letter: int) -> QPoint:
    cursor = QTextCursor(panel.view.document())
    cursor.setPosition(letter)
    box = panel.view.cursorRect(cursor)
    return QPoint(box.right() + 1, box.center().y())


def test_a_draft_says_that_it_is_one_and_where_its_words_come_from(panel):
    assert panel.view.toPlainText() == TEXT
    assert panel._caveat.text().startswith("Draft by a model, not a report · trained on phantoms")
    assert "cosine 0.41" in panel._sources.text()


def test_resting_on_a_word_names_it_and_leaving_names_none(panel, qtbot):
    panel.show_maps(maps())
    with qtbot.waitSignal(panel.word_hovered) as hovered:
        qtbot.mouseMove(panel.view.viewport(), spot(panel, TEXT.index("left") + 1))
    assert hovered.args == [1]
    assert panel.view.extraSelections()
    with qtbot.waitSignal(panel.word_hovered) as left:
        panel.view.hovered.emit(NOWHERE)
    assert left.args == [NOWHERE]
    assert not panel.view.extraSelections()


def test_a_click_on_a_word_goes_there(panel, qtbot):
    panel.show_maps(maps())
    with qtbot.waitSignal(panel.word_chosen) as chosen:
        qtbot.mouseClick(
            panel.view.viewport(), Qt.MouseButton.LeftButton, pos=spot(panel, TEXT.index("liver") + 1)
        )
    assert chosen.args == [2]


def test_words_of_another_text_do_not_point(panel, qtbot):
    panel.show_maps(maps("Something else about the Nodule left of the liver"))
    with qtbot.assertNotEmitted(panel.word_chosen):
        qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=spot(panel, 2))


def test_another_text_is_looked_up_when_it_is_done(panel, qtbot):
    panel.show_maps(maps())
    panel.edit.click()
    assert not panel.view.isReadOnly()
    panel.view.setPlainText("Large effusion on the right.")
    with qtbot.waitSignal(panel.text_chosen) as chosen:
        panel.edit.click()
    assert chosen.args == ["Large effusion on the right."]
    assert panel.view.isReadOnly()


def test_without_words_there_is_no_panel(qtbot):
    made = WordsPanel()
    qtbot.addWidget(made)
    made.show_reading(reading(draft=(), nearest=()))
    assert made.isHidden()
    made.show_reading(None)
    assert made.isHidden()
