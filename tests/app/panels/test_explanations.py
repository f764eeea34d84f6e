from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.overlays import Overlay, OverlayMode
from app.panels.attribution_bars import figure
from app.panels.evidence import EvidenceBox, VerdictLine, provenance, worst
from app.panels.explanations import ExplanationsPanel
from app.panels.map_controls import kept_words
from explain.attribution import Check, Evidence

METHODS = (
    ("lime", "LIME", ""),
    ("rollout", "Rollout", ""),
    ("integrated_gradients", "Integrated gradients", ""),
)


@pytest.fixture
def panel(qtbot, attribution):
    panel = ExplanationsPanel(METHODS)
    qtbot.addWidget(panel)
    panel.resize(320, 800)
    panel.show_attribution(attribution, {"lime"}, "lime", Overlay(mode=OverlayMode.CONTOUR))
    panel.show()
    return panel


def test_the_three_methods_are_one_click_away(panel, qtbot):
    for key, _, _ in METHODS:
        with qtbot.waitSignal(panel.method_chosen) as asked:
            qtbot.mouseClick(panel.methods.button(key), Qt.MouseButton.LeftButton)
        assert asked.args == [key]


def test_a_click_on_a_lettered_bar_asks_for_its_place(panel, qtbot):
    with qtbot.waitSignal(panel.element_chosen) as asked:
        qtbot.mouseClick(panel.top.row(1), Qt.MouseButton.LeftButton)
    assert asked.args == [0, 1]


def test_what_chance_could_do_is_hollow_and_says_so(panel):
    assert "chance" in panel.top.row(2).toolTip()
    assert "chance" not in panel.top.row(0).toolTip()


def test_names_from_headers_stay_plain_text(panel):
    assert "&lt;b&gt;FSE" in panel.top.row(0).toolTip()
    for label in panel.findChildren(type(panel._heading)):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_a_mode_is_asked_for_with_the_rest_unchanged(panel, qtbot):
    with qtbot.waitSignal(panel.look_changed) as asked:
        qtbot.mouseClick(panel.controls.modes.button("blocks"), Qt.MouseButton.LeftButton)
    assert asked.args == [Overlay(mode=OverlayMode.BLOCKS)]


def test_showing_a_look_says_nothing(panel, attribution, qtbot):
    with qtbot.assertNotEmitted(panel.look_changed):
        panel.show_attribution(attribution, {"lime"}, "lime", Overlay(opacity=0.2, percentile=50))


def test_the_threshold_says_how_many_blocks_it_leaves():
    assert kept_words(np.arange(1, 101, dtype=np.float32), 95) == "5 of 100 blocks"


def test_one_failed_check_fails_the_map(qtbot, attribution):
    failed = Check("completeness", 0.4, "fail", "the parts do not add up")
    evidence = Evidence((*attribution.evidence.checks, failed))
    line, box = VerdictLine(), EvidenceBox()
    for widget in (line, box):
        qtbot.addWidget(widget)
        widget.show_evidence(replace(attribution, evidence=evidence))
    assert line.text() == "■ Not reliable: the parts do not add up"
    assert box.checks.text().startswith("the parts do not add up")


def test_no_check_is_not_a_pass():
    assert worst(()) == "none"


def test_the_provenance_names_seed_weights_and_parameters(attribution):
    said = provenance(attribution)
    assert all(words in said for words in ("seed: 7", "abababab", "samples: 512", "LIME"))


def test_a_finding_without_an_explanation_offers_one(panel, qtbot):
    panel.show_target("Stroke", set(), "rollout")
    with qtbot.waitSignal(panel.method_chosen) as asked:
        qtbot.mouseClick(panel.explain, Qt.MouseButton.LeftButton)
    assert asked.args == ["rollout"]
    assert not panel.top.isVisible()


def test_small_scores_get_the_decimals_that_tell_them_apart():
    assert figure(0.62, 0.7, "logit") == "+0.62"
    assert figure(-0.00011, 0.0002, "logit") == "−0.00011"
    assert figure(0.0006, 0.0006, "share of attention") == "0.060 %"


def test_the_check_against_forgotten_weights_is_asked_for_where_it_is_missing(qtbot, attribution):
    box = EvidenceBox()
    qtbot.addWidget(box)
    box.show_evidence(attribution)
    box.show()
    with qtbot.waitSignal(box.check_requested):
        qtbot.mouseClick(box.ask_forgotten, Qt.MouseButton.LeftButton)
    lost = Check("randomised weights", 0.1, "pass", "the map is lost with the weights")
    box.show_evidence(replace(attribution, evidence=Evidence((lost,))))
    assert not box.ask_forgotten.isVisible()
    assert "the map is lost with the weights" in box.checks.text()
