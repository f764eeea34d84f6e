from dataclasses import replace
from pathlib import Path

import pytest

from training.evaluate import Interval
from training.prima import Order
from training.prima_batches import Names
from training.prima_card import _recipe_line, metrics_of, shortfalls, targets_of
from training.prima_measures import AnswerMeasure, Measures
from training.recipe import quick_check

NAMES = Names(("high-grade glioma", "oedema"), ("neurosurgery",))


def answer(name, calibration=(2.0, -1.0)):
    return AnswerMeasure(name, Interval(0.9, 0.8, 0.95), 10, 100, 0.5, calibration, 0.02)


@pytest.fixture
def measures():
    return Measures(
        answers=(answer("high-grade glioma"), answer("oedema", None), answer("neurosurgery")),
        diagnoses=Interval(0.93, 0.91, 0.95),
        referrals=Interval(0.92, 0.90, 0.94),
        ece=0.03,
        priority=0.8,
        retrieval=0.5,
        cases=100,
        rival=Interval(0.8, 0.7, 0.9),
        gain=Interval(0.13, 0.05, 0.2),
    )


def test_targets_come_in_the_order_of_the_scores(measures):
    targets = targets_of(NAMES, measures)
    assert [t.name for t in targets] == [
        "high_grade_glioma",
        "oedema",
        "referral_neurosurgery",
        "priority_none",
        "priority_low",
        "priority_high",
    ]
    assert [t.group for t in targets] == ["diagnosis"] * 2 + ["referral"] + ["priority"] * 3


def test_what_is_not_calibrated_is_not_called_a_probability(measures):
    targets = targets_of(NAMES, measures)
    assert targets[0].calibration == (2.0, -1.0)
    assert targets[1].calibration is None


def test_figures_come_with_interval_and_number_of_cases(measures):
    first = metrics_of(measures)[0]
    assert (first.value, first.low, first.high, first.cases) == (0.93, 0.91, 0.95, 100)


def test_a_goal_that_was_not_reached_is_said(measures):
    assert shortfalls(measures) == ()
    weak = replace(measures, diagnoses=Interval(0.74, 0.7, 0.8), gain=None)
    assert "below the goal of 0.90" in shortfalls(weak)[0]
    assert "not shown to be ahead" in shortfalls(weak)[1]


def test_figures_that_could_not_be_computed_are_left_out(measures):
    unknown = replace(measures, priority=float("nan"))
    assert not [m for m in metrics_of(unknown) if "priority" in m.name]


def test_the_recipe_says_that_lesion_masks_were_used():
    order = Order(quick_check(), Path("run"), Path("out"))
    assert "lesion masks" in _recipe_line(order)
    assert "lesion masks" not in _recipe_line(replace(order, table=Path("cases.csv")))
