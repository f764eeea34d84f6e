"""Measures agree with scikit-learn where it has them, and refuse to say what they cannot know."""

from __future__ import annotations

import numpy as np
import pytest

from training.calibration import calibrated, expected_calibration_error, fit_platt, reliability_table
from training.evaluate import (
    auroc,
    auroc_interval,
    best_threshold,
    decisions,
    known,
    largest_gap,
    mean_auroc,
    strata_table,
)


def _scores(seed=0, n=300, gap=1.0, levels=None):
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.3
    score = rng.normal(0, 1, n) + gap * truth
    return truth, np.round(score * levels) / levels if levels else score


@pytest.mark.parametrize("levels", [None, 2, 1])
def test_auroc_is_that_of_scikit_learn_with_and_without_ties(levels):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, score = _scores(levels=levels)
    assert auroc(truth, score) == pytest.approx(metrics.roc_auc_score(truth, score), abs=1e-12)


def test_auroc_of_equal_scores_is_a_half_and_of_one_class_unknown():
    assert auroc([True, False, True], [1, 1, 1]) == 0.5
    assert np.isnan(auroc([True, True], [0, 1]))
    assert np.isnan(auroc([], []))


def test_a_drawn_auroc_is_that_of_the_drawn_rows():
    metrics = pytest.importorskip("sklearn.metrics")
    from training.resampling import case_weights, weighted_aurocs

    truth, score = _scores(n=60, levels=3)
    weights = case_weights(truth, None, 5, 0)
    for row, area in zip(weights, weighted_aurocs(truth, score, weights), strict=True):
        drawn = np.repeat(np.arange(60), row.astype(int))
        assert area == pytest.approx(metrics.roc_auc_score(truth[drawn], score[drawn]), abs=1e-12)


def test_an_interval_holds_its_value_narrows_with_cases_and_repeats_with_its_seed():
    small, large = (auroc_interval(*_scores(n=n), seed=4) for n in (80, 2000))
    assert small.low < small.value < small.high
    assert large.high - large.low < small.high - small.low
    assert auroc_interval(*_scores(n=80), seed=4) == small


def test_an_interval_covers_the_truth_about_as_often_as_it_says():
    from scipy.stats import norm

    area = norm.cdf(1 / np.sqrt(2))
    intervals = [auroc_interval(*_scores(seed, n=150), draws=200, seed=seed) for seed in range(60)]
    assert sum(i.low <= area <= i.high for i in intervals) >= 50


def test_rows_of_one_case_are_drawn_together():
    truth, score = _scores(n=50)
    doubled = auroc_interval(np.tile(truth, 2), np.tile(score, 2), cases=[*range(50), *range(50)], seed=1)
    once = auroc_interval(truth, score, seed=1)
    assert (doubled.low, doubled.high) == pytest.approx((once.low, once.high))


def test_a_mean_leaves_out_unknown_answers_and_labels_of_one_kind():
    truth, score = _scores(n=120)
    answers = [[bool(t), None if n % 2 else bool(t), False] for n, t in enumerate(truth)]
    mean = mean_auroc(answers, np.stack([score] * 3, axis=1))
    assert mean.value == pytest.approx((auroc(truth, score) + auroc(truth[::2], score[::2])) / 2)
    assert mean.low < mean.value < mean.high


def test_a_mean_without_any_label_is_unknown():
    assert np.isnan(mean_auroc([[True], [True]], [[0.0], [1.0]]).value)
    assert str(mean_auroc([[True], [True]], [[0.0], [1.0]])) == "cannot be measured"


def test_unknown_answers_are_left_out():
    truth, score = known([True, None, False], [1.0, 2.0, 3.0])
    assert truth.tolist() == [True, False]
    assert score.tolist() == [1.0, 3.0]


def test_decisions_count_what_scores_at_or_above_the_threshold():
    counted = decisions([True, True, False, False, False], [2.0, 0.5, 1.0, 0.0, 0.2], threshold=1.0)
    assert (counted.sensitivity, counted.specificity, counted.accuracy) == (0.5, pytest.approx(2 / 3), 0.6)


def test_the_best_threshold_parts_what_can_be_parted():
    truth, score = [False, False, True, True], [0.0, 1.0, 2.0, 3.0]
    assert best_threshold(truth, score) == 1.5
    with pytest.raises(ValueError, match="positives and negatives"):
        best_threshold([True], [1.0])


def test_a_calibrated_score_has_little_calibration_error_and_a_distorted_one_much():
    rng = np.random.default_rng(1)
    logit = rng.normal(0, 2, 4000)
    truth = rng.random(4000) < calibrated(logit, (1.0, 0.0))
    assert expected_calibration_error(truth, calibrated(logit, (1.0, 0.0))) < 0.03
    assert expected_calibration_error(truth, calibrated(logit, (5.0, 2.0))) > 0.1


def test_platt_undoes_a_known_distortion():
    rng = np.random.default_rng(2)
    logit = rng.normal(0, 2, 20000)
    truth = rng.random(20000) < calibrated(logit, (1.0, 0.0))
    slope, intercept = fit_platt(truth, 3 * logit + 40)
    assert slope == pytest.approx(1 / 3, rel=0.05)
    assert intercept == pytest.approx(-40 / 3, rel=0.05)


def test_platt_is_the_logistic_regression_of_scikit_learn_on_softened_targets():
    linear = pytest.importorskip("sklearn.linear_model")
    truth, score = _scores(gap=2.0)
    positives, negatives = truth.sum(), (~truth).sum()
    soft = np.where(truth, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    fitted = linear.LogisticRegression(C=1e8, tol=1e-8).fit(
        np.tile(score, 2)[:, None],
        np.repeat([1, 0], len(score)),
        sample_weight=np.concatenate([soft, 1 - soft]),
    )
    expected = (fitted.coef_[0, 0], fitted.intercept_[0])
    assert fit_platt(truth, score) == pytest.approx(expected, abs=1e-3)


def test_platt_stays_finite_where_the_classes_separate():
    assert np.all(np.isfinite(fit_platt([False] * 5 + [True] * 5, [0.0] * 5 + [1.0] * 5)))
    with pytest.raises(ValueError, match="positives and negatives"):
        fit_platt([True, True], [0.0, 1.0])


def test_reliability_bins_hold_every_case_once():
    table = reliability_table([True, False, True], [0.0, 0.1, 1.0], bins=10)
    assert [row.count for row in table] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert table[9].share_positive == 1.0
    with pytest.raises(ValueError, match="between 0 and 1"):
        reliability_table([True], [1.2])


def test_strata_with_few_positives_are_refused_and_the_others_have_rates():
    truth, score = _scores(n=400)
    strata = ["day"] * 350 + ["night"] * 50
    truth[350:] = False
    truth[350:355] = True
    day, night = strata_table(truth, score, strata, threshold=0.5)
    assert day.true_positive_rate.value == decisions(truth[:350], score[:350], 0.5).sensitivity
    assert day.false_positive_rate.low <= day.false_positive_rate.value <= day.false_positive_rate.high
    assert "20 are needed" in night.refused
    assert night.auroc is None
    assert largest_gap([day, night]) == 0.0
