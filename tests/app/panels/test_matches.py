"""The panels of matches and similar cases, and the strip of slices."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.match_values import Match, MatchResult, SliceStory
from app.panels.matches import MatchesPanel
from app.panels.matches_strip import SliceStrip
from app.panels.similar import Case, SimilarPanel
from app.report.measures import chance_words
from inference.prediction import Prediction
from tests.radclip_fixtures import untrained

STORY = SliceStory((2, 7, 12, 17), (0.1, 0.6, 0.2, 0.1), (1, 2), 0.6, 0.3, 18)
KNOWN = Match("Chest CT, nodule", 0.62, 0.93)
STRANGE = Match("Chest CT, xyz", -0.11, None, ("xyz",))


def result(*matches: Match) -> MatchResult:
    prediction = Prediction("t", untrained().card, (), seen=("s",))
    return MatchResult("t", "s", "Chest", matches, STORY, np.zeros(3, np.float32), prediction)


@pytest.fixture
def panel(qtbot):
    made = MatchesPanel()
    qtbot.addWidget(made)
    made.offer({"Chest CT": ("Chest CT, nodule", "Chest CT, normal")}, "trained on phantoms")
    made.resize(372, 600)
    made.show()
    return made


def test_a_picked_list_fills_the_labels_and_can_be_changed(panel):
    panel.lists.setCurrentIndex(1)
    panel.lists.activated.emit(1)
    assert panel.labels.toPlainText() == "Chest CT, nodule\nChest CT, normal"
    asked = []
    panel.match_requested.connect(asked.append)
    panel.labels.setPlainText("ascites")
    QTest.mouseClick(panel.match, Qt.MouseButton.LeftButton)
    assert asked == ["ascites"]


def test_cosine_and_probability_stand_apart_and_neither_stands_for_the_other(panel):
    panel.show_result(result(KNOWN, STRANGE))
    assert panel.shown == (KNOWN.label, STRANGE.label)
    assert chance_words(KNOWN.probability) == "93 %"
    assert chance_words(STRANGE.probability) == "not known"
    assert chance_words(0.002) == "< 1 %"


def test_a_click_on_a_label_asks_for_it_and_marks_it(panel):
    panel.show_result(result(KNOWN, STRANGE))
    asked = []
    panel.label_chosen.connect(asked.append)
    QTest.mouseClick(panel._rows[STRANGE.label], Qt.MouseButton.LeftButton)
    assert asked == [STRANGE.label]
    panel.choose("chest ct, NODULE")
    assert panel._rows[KNOWN.label].property("chosen") is True


def test_a_long_ranking_says_how_much_is_left_out(panel):
    panel.show_result(result(*(Match(f"label {n}", 0.0) for n in range(1000))))
    assert len(panel.shown) == 25
    assert "The best 25 of 1000 labels" in panel.state.text()


def test_nothing_typed_is_lost_while_matching_fails(panel):
    panel.labels.setPlainText("ascites")
    panel.show_busy(True)
    assert not panel.match.isEnabled()
    panel.show_busy(False)
    panel.show_result(None)
    assert panel.labels.toPlainText() == "ascites"
    assert panel.match.isEnabled()


def test_the_strip_goes_to_the_nearest_slice_that_was_read(qtbot):
    strip = SliceStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 110)
    strip.show_story("Chest", STORY, 20)
    strip.show()
    asked = []
    strip.slice_chosen.connect(asked.append)
    bars = strip.bars
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=QPoint(round(bars.width() * 8.4 / 20), 30))
    assert asked == [7]
    assert "Without slices 8 and 13" in strip.check.text()
    assert "0.60 → 0.30" in strip.check.text()
    strip.show_story("", None)
    assert strip.isHidden()


def test_even_attention_is_called_even_and_a_single_picture_has_no_strip(qtbot):
    even = SliceStory(tuple(range(8)), (0.125,) * 8, (0, 1, 2), 0.5, 0.5, 3)
    assert even.is_even
    assert "no slice stands out" in even.sentence
    assert not STORY.is_even
    strip = SliceStrip()
    qtbot.addWidget(strip)
    strip.show_story("Film", SliceStory((0,), (1.0,)))
    assert strip.isHidden()


def test_a_click_on_a_case_opens_it_and_words_are_searched_with_return(qtbot):
    panel = SimilarPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_library(12, 3)
    assert panel.update_library.text() == "Make 3 studies searchable"
    panel.show_cases("Like T2", [Case("u1", "d1", "Doe, Jane", "2026-01-05  MRI", 0.9)])
    opened, searched = [], []
    panel.open_requested.connect(opened.append)
    panel.text_requested.connect(searched.append)
    QTest.mouseClick(panel._rows["u1"], Qt.MouseButton.LeftButton)
    QTest.keyClicks(panel.words, "oedema\r")
    assert (opened, searched) == (["u1"], ["oedema"])
    panel.show_cases("Like T2", [])
    assert "no other study" in panel.state.text()
