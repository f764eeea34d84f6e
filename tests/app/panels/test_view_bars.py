"""What views contributed, and the answer without each; a click on a bar goes to its view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.overlays import Overlay
from app.panels.explanations import ExplanationsPanel
from app.panels.view_bars import ViewBars, is_of_loops, without_words
from explain.methods import METHODS
from tests.app.viewer.layers.test_moments import moving_map

LEFT = Qt.MouseButton.LeftButton


def two_views():
    made = moving_map()
    unit = made.units[0]
    other = replace(unit, place=replace(unit.place, title="SAX", display_set_uid="sax"), total=-2.0)
    units = (replace(unit, left_out=4.0), replace(other, left_out=-1.0))
    return replace(made, units=units, context={"class token": 0.25})


@pytest.fixture
def bars(qtbot):
    made = ViewBars()
    qtbot.addWidget(made)
    made.resize(320, 260)
    made.show_units(two_views())
    made.show()
    return made


def test_the_strongest_view_stands_first_and_the_answer_without_it_is_said(bars):
    assert [*bars.by_view] == [1, 0]
    assert [*bars.left_out] == [0, 1]
    assert bars.left_out[0].accessibleName() == "without 4CH: 47.00 → 43.00"
    assert without_words(two_views(), two_views().units[1]) == "47.00 → 48.00"


@pytest.mark.parametrize("group", ["by_view", "left_out"])
def test_a_click_on_a_bar_asks_for_its_view(bars, qtbot, group):
    with qtbot.waitSignal(bars.unit_chosen) as asked:
        qtbot.mouseClick(getattr(bars, group)[1], LEFT)
    assert asked.args == [1]


def test_without_a_trial_nothing_is_said_to_be_left_out(bars):
    bars.show_units(moving_map())
    assert bars.left_out == {}


def test_slices_have_bars_by_series_and_loops_have_bars_by_view(qtbot, attribution):
    panel = ExplanationsPanel([(m.key, m.title, m.description) for m in METHODS.values()])
    qtbot.addWidget(panel)
    panel.show()
    panel.show_attribution(two_views(), ["lime"], "lime", Overlay())
    assert panel.views.isVisible()
    assert not panel.series.isVisible()
    panel.show_attribution(attribution, ["lime"], "lime", Overlay())
    assert panel.series.isVisible()
    assert not panel.views.isVisible()
    assert is_of_loops(two_views())
    assert np.isfinite(two_views().units[0].total)


def test_methods_that_cannot_explain_are_not_offered(qtbot):
    panel = ExplanationsPanel([(m.key, m.title, m.description) for m in METHODS.values()])
    qtbot.addWidget(panel)
    panel.show()
    panel.show_target("LVEF", (), "lime")
    panel.offer(("lime", "rollout"))
    shown = [key for key in METHODS if panel.methods.button(key).isVisible()]
    assert shown == ["lime", "rollout"]
    panel.show_unexplained("LVEF", "The contours are the reason.")
    assert not panel.methods.isVisible()
