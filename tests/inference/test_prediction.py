"""Scores against thresholds, on either side of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.card import Target, card_from_json, card_to_json
from inference.models import catalogue
from inference.prediction import Finding, State, findings_from_scores

LOW = Target("co", "Cardiac output", "L/min", 4.0, below=True, interval=(0.5, 0.75))
HIGH = Target("mpap", "Mean pressure", "mmHg", 20.0)


@pytest.fixture
def card():
    return replace(_any_card(), targets=(LOW, HIGH))


def _any_card():
    from inference.card import Card

    texts = dict.fromkeys(
        ("key", "title", "version", "family", "modality", "body_part", "intended_use", "not_for",
         "weights_origin", "trained_on", "recipe", "licence", "population"), "x"
    )  # fmt: skip
    return Card(**texts, size="bundled", sources=(), known_failures=(), targets=(), metrics=())


@pytest.mark.parametrize(("score", "state"), [(3.9, State.FINDING), (4.0, State.NO_FINDING)])
def test_where_low_is_abnormal_a_score_below_the_threshold_is_the_finding(card, score, state):
    assert findings_from_scores(card, [score, 10.0])[0].state is state


def test_the_margin_of_a_finding_is_positive_on_either_side():
    assert Finding(LOW, State.FINDING, 3.0).margin == pytest.approx(1.0)
    assert Finding(HIGH, State.FINDING, 25.0).margin == pytest.approx(5.0)


def test_an_interval_lies_around_the_score_and_is_silent_without_one():
    assert Finding(LOW, State.FINDING, 3.0).interval == pytest.approx((2.5, 3.75))
    assert Finding(HIGH, State.FINDING, 25.0).interval is None
    assert Finding(LOW, State.FAILED).interval is None


def test_a_card_keeps_direction_and_interval(card):
    assert card_from_json(card_to_json(card)).targets == (LOW, HIGH)


def test_cards_without_the_newer_fields_still_read():
    for key in catalogue.keys():
        assert all(isinstance(t.below, bool) for t in catalogue.card(key).targets)
