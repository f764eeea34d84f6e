"""The volume curve says its figures in words and leads to a phase."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from app.panels.volume_curve import VolumeCurvePanel, VolumeStory

TIMES = np.arange(20) * 50.0
STORY = VolumeStory(TIMES, 110 + 40 * np.cos(TIMES / 1000 * 2 * np.pi), 1000.0, 0, 10, "trained on real data")


@pytest.fixture
def panel(qtbot):
    made = VolumeCurvePanel()
    qtbot.addWidget(made)
    made.resize(900, 130)
    made.show_story(STORY)
    made.show()
    return made


def test_the_figures_are_said_in_words(panel):
    assert panel.words.text() == "EDV 150 mL\nESV 70 mL\nEF 53 %"
    assert panel.origin.text() == "trained on real data"


def test_a_click_on_the_curve_asks_for_the_nearest_phase(panel, qtbot):
    plot = panel.curve.plot(panel.curve.rect().toRectF())
    spot = QPoint(int(plot.left() + plot.width() * 0.51), 40)
    with qtbot.waitSignal(panel.phase_chosen) as asked:
        qtbot.mouseClick(panel.curve, Qt.MouseButton.LeftButton, pos=spot)
    assert asked.args == [10]


def test_an_edited_curve_says_whose_contours_it_counts(panel):
    panel.show_story(replace(STORY, edited=2))
    assert panel.origin.text().startswith("edited by reader: 2 contours")


def test_without_a_cavity_there_is_no_fraction(panel):
    panel.show_story(replace(STORY, volume_ml=np.zeros(20)))
    assert panel.words.text() == "No cavity is outlined."
    panel.show_story(None)
    assert not panel.isVisible()
