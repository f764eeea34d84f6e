from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.panels.findings import FindingsPanel
from inference.card import Target
from inference.prediction import Decision, Finding, State


@pytest.fixture
def panel(qtbot, prediction):
    panel = FindingsPanel()
    qtbot.addWidget(panel)
    panel.resize(320, 700)
    panel.show_prediction(prediction)
    panel.show()
    return panel


def texts(widget):
    return [w.text() for w in widget.findChildren(type(widget._caveat)) if w.isVisibleTo(widget)]


def test_every_target_has_a_row_in_one_of_five_states(panel, prediction):
    for finding in prediction.findings:
        assert finding.state.value in panel.row(finding.target.name).accessibleName()


def test_a_target_without_a_score_says_its_state_in_words(panel):
    for name, words in (("stroke", "not eligible"), ("abscess", "failed"), ("neurosurgery", "not run")):
        assert panel.row(name).state.text() == words


def test_a_target_with_a_score_shows_its_margin(panel):
    assert panel.row("tumour").state.text() == "+1.9"
    assert panel.row("sclerosis").state.text() == "−1.2"


def test_findings_stand_above_what_is_below_its_threshold(panel):
    panel.choose("stroke")  # unfolds
    panel.layout().activate()
    tops = [panel.row(name).mapTo(panel, panel.row(name).rect().topLeft()).y() for name in
            ("tumour", "effect", "sclerosis", "stroke")]  # fmt: skip
    assert tops == sorted(tops)


def test_the_origin_of_the_weights_is_always_there(panel, card):
    assert "trained on phantoms · not for diagnostic use" in texts(panel)
    panel.show_not_run(card)
    assert "trained on phantoms · not for diagnostic use" in texts(panel)


def test_a_click_on_a_row_asks_for_that_finding(panel, qtbot):
    with qtbot.waitSignal(panel.finding_chosen) as asked:
        qtbot.mouseClick(panel.row("effect"), Qt.MouseButton.LeftButton)
    assert asked.args == ["effect"]


def test_the_keyboard_chooses_too(panel, qtbot):
    with qtbot.waitSignal(panel.finding_chosen) as asked:
        qtbot.keyClick(panel.row("tumour"), Qt.Key.Key_Return)
    assert asked.args == ["tumour"]


def test_accepting_carries_the_comment(panel, qtbot):
    panel.choose("tumour")
    qtbot.keyClicks(panel.detail.comment, "left frontal")
    with qtbot.waitSignal(panel.decided) as asked:
        qtbot.mouseClick(panel.detail.accept, Qt.MouseButton.LeftButton)
    assert asked.args == ["tumour", Decision.ACCEPTED, "left frontal"]


def test_a_second_click_takes_the_decision_back(panel, prediction, qtbot):
    first = replace(prediction.findings[0], decision=Decision.REJECTED)
    panel.show_prediction(replace(prediction, findings=(first, *prediction.findings[1:])), "tumour")
    with qtbot.waitSignal(panel.decided) as asked:
        qtbot.mouseClick(panel.detail.reject, Qt.MouseButton.LeftButton)
    assert asked.args[1] is Decision.UNREVIEWED


def test_what_has_no_score_cannot_be_accepted(panel):
    panel.choose("stroke")
    assert not panel.detail.accept.isVisible()
    assert "no diffusion series" in panel.detail.findChildren(type(panel._caveat))[0].text()


def test_one_reason_for_all_is_said_once_where_it_can_be_read(panel, prediction):
    same = tuple(Finding(t.target, State.NOT_ELIGIBLE, reason="a chest CT") for t in prediction.findings)
    panel.show_prediction(replace(prediction, findings=same))
    assert any("not eligible: a chest CT" in text for text in texts(panel))


def test_without_a_study_the_panel_says_what_to_do(panel):
    panel.show_empty()
    assert any("Open a study" in text for text in texts(panel))


def test_a_probability_is_named_only_where_the_model_was_calibrated(panel):
    panel.choose("tumour")
    assert "probability 92 %" in panel.detail._figures.text()
    panel.choose("effect")
    assert "probability" not in panel.detail._figures.text()


def test_what_is_no_finding_folds_into_a_line_that_counts_it_by_state(panel, qtbot):
    assert not panel.row("sclerosis").isVisible()
    assert panel.list.fold.text() == "1 below threshold · 1 not eligible · 1 failed · 1 not run"
    qtbot.mouseClick(panel.list.fold, Qt.MouseButton.LeftButton)
    assert panel.row("sclerosis").isVisible()


def test_choosing_a_folded_target_unfolds_it(panel):
    panel.choose("stroke")
    assert panel.row("stroke").isVisible()


def test_without_any_finding_nothing_is_folded(panel, prediction):
    panel.show_prediction(replace(prediction, findings=prediction.findings[2:4]))
    assert panel.row("sclerosis").isVisible()


LVEF = Target("lvef", "Left-ventricular ejection fraction", "%", 50.0, "measure", below=True)
EDV = Target("edv", "End-diastolic volume", "ml", 230.0, "measure")


def with_measures(prediction):
    measures = (Finding(EDV, State.NO_FINDING, 151.0), Finding(LVEF, State.FINDING, 47.2, interval=(41, 53)))
    return replace(prediction, findings=(*prediction.findings, *measures))


def test_a_measure_shows_its_number_with_its_unit(panel, prediction):
    panel.show_prediction(with_measures(prediction), "lvef")
    assert panel.row("lvef").state.text() == "47 %"
    assert "47 % (41 to 53), cut-off 50 %" in panel.row("lvef").accessibleName()
    assert (
        "Finding, below cut-off · 47 % · 95 % interval 41 to 53 % · cut-off 50 %"
        in panel.detail._figures.text()
    )


def test_a_measured_number_is_never_folded_away(panel, prediction, qtbot):
    panel.show_prediction(with_measures(prediction))
    qtbot.waitUntil(panel.row("edv").isVisible)
    assert not panel.row("sclerosis").isVisible()


def test_what_the_values_mean_together_is_no_warning(panel, prediction):
    said = ("By these values: no pulmonary hypertension.", "The heart rate is not known.")
    panel.show_prediction(replace(prediction, warnings=said))
    assert said[0] in texts(panel)
    assert any("⚠ The heart rate" in text for text in texts(panel))
    assert not any("⚠ By these" in text for text in texts(panel))


def test_two_models_that_measure_the_same_are_both_told(panel, prediction):
    mine = with_measures(prediction)
    card = replace(prediction.card, key="ventricle", title="Left ventricle outlines")
    other = replace(prediction, card=card, findings=(Finding(LVEF, State.NO_FINDING, 64.0),))
    panel.show_prediction(mine, "lvef", (mine, other))
    assert panel.detail._others.text() == "Left ventricle outlines: 64 %, cut-off 50 %"
    panel.choose("edv")
    assert not panel.detail._others.isVisible()


def test_a_loop_without_a_view_can_be_named_from_the_panel(panel, qtbot):
    panel.offer_naming(True)
    with qtbot.waitSignal(panel.naming_requested):
        qtbot.mouseClick(panel.name_view, Qt.MouseButton.LeftButton)
    panel.show_empty()
    assert not panel.name_view.isVisible()
