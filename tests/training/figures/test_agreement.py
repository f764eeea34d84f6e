"""Statistics of agreement against hand computations, and in their right direction."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from training.figures.agreement import (
    breusch_pagan,
    confusion,
    holm,
    kappa,
    limits_of_agreement,
    roc,
    share_interval,
    spread_of,
)


def noisy(count=200, seed=0, grows=0.0):
    rng = np.random.default_rng(seed)
    truth = rng.uniform(10, 60, count)
    return truth, truth + rng.normal(0, 1, count) * (2 + grows * truth)


def test_limits_of_agreement_are_bias_and_196_sample_deviations():
    truth = np.array([10.0, 20, 30, 40])
    limits = limits_of_agreement(truth, truth + np.array([1.0, 3, 1, 3]))
    spread = np.sqrt(4 / 3)  # n - 1
    assert limits.bias.value == pytest.approx(2)
    assert limits.spread == pytest.approx(spread)
    assert limits.low.value == pytest.approx(2 - 1.959964 * spread)
    assert limits.high.value == pytest.approx(2 + 1.959964 * spread)
    half = 3.182446 * spread / 2  # Student's t with three degrees of freedom, over the root of four
    assert limits.bias.low == pytest.approx(2 - half, abs=1e-5)
    half = 3.182446 * spread * np.sqrt(1 / 4 + 1.959964**2 / 6)
    assert limits.high.high == pytest.approx(limits.high.value + half, abs=1e-5)


def test_a_bias_in_proportion_is_told_from_a_constant_one():
    truth, predicted = noisy()
    assert limits_of_agreement(truth, predicted + 5).slope_p > 0.05
    assert limits_of_agreement(truth, 0.7 * predicted).slope.high < 0


def test_breusch_pagan_is_n_r_squared_of_squared_residuals():
    truth, predicted = noisy(grows=0.1)
    residuals = predicted - truth
    r = np.corrcoef(truth, residuals**2)[0, 1]
    lm, p = breusch_pagan(residuals, truth)
    assert lm == pytest.approx(len(truth) * r**2)
    assert p == pytest.approx(stats.chi2.sf(lm, 1))


def test_spread_that_grows_is_found_and_even_spread_is_not():
    growing, even = spread_of(*noisy(grows=0.2)), spread_of(*noisy())
    assert growing.p < 0.001 < 0.05 < even.p
    assert growing.ratio > 1.5 > even.ratio
    assert growing.rank > 0.2


def test_predictions_drawn_to_the_mean_are_no_uneven_spread():
    truth, predicted = noisy(400)
    assert spread_of(truth, 0.3 * predicted).p == pytest.approx(spread_of(truth, predicted).p)


def test_low_values_are_the_abnormal_ones_where_the_cut_off_says_below():
    truth = np.array([3.0, 3.5, 3.9, 4.0, 5, 6])  # output in litres per minute, abnormal below 4
    low = roc(truth, truth + 0.1, 4.0, below=True)
    assert low.auroc.value == 1.0
    assert low.abnormal == 3  # the cut-off itself is normal
    assert low.at_cut_off == pytest.approx((0, 2 / 3))
    assert roc(truth, -truth, 4.0, below=True).auroc.value == 0.0


def test_high_values_are_the_abnormal_ones_elsewhere():
    truth = np.array([10.0, 20, 21, 40])
    assert roc(truth, truth, 20.0, below=False).abnormal == 2
    assert roc(truth, truth, 20.0, below=False).auroc.value == 1.0


def test_a_curve_runs_from_corner_to_corner_and_its_area_is_the_auroc():
    rng = np.random.default_rng(3)
    truth = rng.normal(4, 1, 150)
    curve = roc(truth, truth + rng.normal(0, 1, 150), 4.0, below=True)
    assert (curve.false_positive[0], curve.true_positive[0]) == (0, 0)
    assert (curve.false_positive[-1], curve.true_positive[-1]) == (1, 1)
    assert np.trapezoid(curve.true_positive, curve.false_positive) == pytest.approx(curve.auroc.value)


def test_holm_multiplies_the_smallest_most_and_never_turns_the_order():
    assert holm(np.array([0.04, 0.01, 0.03])) == pytest.approx([0.06, 0.03, 0.06])


def test_confusion_has_truth_in_rows_and_kappa_is_nothing_by_chance():
    table = confusion(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2)
    assert table.tolist() == [[1, 1], [1, 1]]
    assert kappa(table) == pytest.approx(0)
    assert kappa(np.diag([3, 4])) == pytest.approx(1)


def test_a_share_of_all_has_wilsons_interval():
    found = share_interval(10, 10)
    assert found.value == 1
    assert found.low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-6)
    assert found.high == pytest.approx(1)
