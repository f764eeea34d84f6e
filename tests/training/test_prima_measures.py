import numpy as np
import pytest

from training.prima_measures import Marks, _platt, _threshold, expected_error, paired_gain


def marks(scores, truth):
    return Marks(np.asarray(scores, float), tuple(tuple(row) for row in truth), ("",) * len(scores))


def test_the_better_of_two_models_is_ahead_on_the_same_studies():
    rng = np.random.default_rng(0)
    truth = rng.random((80, 2)) < 0.4
    good, poor = truth + rng.normal(0, 0.3, (80, 2)), rng.normal(0, 1, (80, 2))
    gain = paired_gain(marks(good, truth), marks(poor, truth), slice(0, 2), seed=0)
    assert gain.low > 0.2
    assert paired_gain(marks(good, truth), marks(good, truth), slice(0, 2), seed=0).value == 0


def test_a_finding_is_what_is_more_likely_than_not():
    assert _threshold((2.0, -1.0), np.zeros(0, bool), np.zeros(0)) == 0.5


def test_scores_that_run_the_wrong_way_are_no_probabilities():
    truth = np.array([True, True, False, False])
    assert _platt(truth, np.array([0.0, 0.1, 0.9, 1.0])) is None
    assert _platt(np.zeros(4, bool), np.arange(4.0)) is None


def test_answers_that_nobody_knows_are_left_out():
    some = marks([[1.0], [2.0], [3.0]], [[True], [None], [False]])
    truth, score = some.column(0)
    assert truth.tolist() == [True, False]
    assert score.tolist() == [1.0, 3.0]


@pytest.mark.parametrize("calibrated", [True, False])
def test_without_calibration_the_threshold_parts_the_classes(calibrated):
    truth, score = np.array([True, True, False, False]), np.array([3.0, 2.0, 1.0, 0.0])
    found = _threshold(_platt(truth, score) if calibrated else None, truth, score)
    assert 1.0 < found < 2.0


def test_what_may_be_called_a_probability_is_chosen_without_the_studies_it_is_measured_on():
    rng = np.random.default_rng(0)
    score = rng.normal(0, 2, 800)
    truth = rng.random(800) < 1 / (1 + np.exp(-score))
    bent = np.where(score > 0, 0.01 * score, score)  # no straight line brings these back
    assert expected_error(truth, score) < 0.04 < expected_error(truth, bent)
    assert expected_error(np.zeros(80, bool), score[:80]) == float("inf")
