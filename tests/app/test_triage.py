"""The triage line: the strongest finding, honestly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.triage import Level, strength_of, triage_of
from inference.card import Card, Target
from inference.prediction import Decision, Finding, State

CARD = Card(
    "prima", "Prima", "1", "prima", "bundled", "MR", "brain", "reading", "", "trained on phantoms", "", "",
    "Apache-2.0", (), (), "", (), (),
)  # fmt: skip
GLIOMA = Target("glioma", "Glioma", threshold=1.0, calibration=(2.0, 0.0))
STROKE = Target("stroke", "Stroke", threshold=0.0)
LVEF = Target("lvef", "LV ejection fraction", "%", 50.0, "measure", below=True)


def found(target: Target, score: float, **changes: object) -> Finding:
    finding = Finding(target, State.FINDING, score)
    positive = (finding.margin or 0.0) >= 0
    return replace(finding, state=State.FINDING if positive else State.NO_FINDING, **changes)


def test_the_finding_furthest_beyond_its_cut_off_is_named():
    told = triage_of([(CARD, [found(STROKE, 0.4), found(GLIOMA, 2.5)])])
    assert (told.words, told.level) == ("Glioma +1.5", Level.FINDING)


def test_a_measure_is_named_with_its_value_and_unit():
    assert triage_of([(CARD, [found(LVEF, 31.0)])]).words == "LV ejection fraction 31 %"


@pytest.mark.parametrize("target", [GLIOMA, STROKE, LVEF])
def test_strength_is_zero_at_the_cut_off_and_grows_to_one(target):
    away = -1 if target.below else 1
    steps = [strength_of(found(target, target.threshold + away * step)) for step in (0, 0.5, 1, 5, 500)]
    assert steps[0] == 0
    assert steps == sorted(steps)
    assert steps[-1] == pytest.approx(1)


def test_a_finding_goes_before_no_finding_and_that_before_no_answer():
    silent = Finding(STROKE, State.NOT_ELIGIBLE, reason="no diffusion series")
    ranked = [triage_of([(CARD, [f])]) for f in (silent, found(STROKE, -3.0), found(STROKE, 0.01))]
    assert [t.words for t in ranked] == ["Not eligible", "No finding", "Stroke +0.0"]
    assert [t.rank for t in ranked] == sorted(t.rank for t in ranked)
    assert "no diffusion series" in ranked[0].details


def test_what_a_reader_rejected_does_not_rank_and_is_counted():
    told = triage_of([(CARD, [found(GLIOMA, 3.0, decision=Decision.REJECTED), found(STROKE, 0.2)])])
    assert told.words == "Stroke +0.2"
    assert "without 1 that a reader rejected" in told.details


def test_a_normal_study_a_referral_and_ranked_words_are_no_findings():
    normal = Target("normal", "Normal study")
    referral = Target("referral", "Referral: neurology", group="referral")
    told = triage_of([(CARD, [found(normal, 3.0), found(referral, 3.0)])])
    assert told.level is Level.NO_FINDING
    words = Target("nodule", "Nodule", unit="cosine", threshold=0.7)
    assert triage_of([(replace(CARD, targets=(words,)), [found(words, 0.9)])]) is None


def test_the_details_name_the_model_and_say_what_it_is_not():
    details = triage_of([(CARD, [found(GLIOMA, 2.5)])]).details
    assert "Prima: Glioma +1.5 above its cut-off" in details
    assert "not for diagnostic use" in details


def test_where_no_model_ran_there_is_no_line():
    assert triage_of([]) is None
    assert triage_of([(CARD, [])]) is None
