import numpy as np
import pytest
from scipy.stats import norm

from training.ventricle_measures import PatientMeasure, dice, mean_interval, reach_of


def mask(*columns):
    made = np.zeros((4, 10), bool)
    made[:, list(columns)] = True
    return made


def test_overlap_is_twice_what_is_shared_over_the_sum():
    assert dice(mask(0, 1, 2), mask(1, 2, 3)) == pytest.approx(2 / 3)
    assert dice(mask(0), mask(5)) == 0
    assert dice(mask(2), mask(2)) == 1


def test_two_empty_masks_agree():
    assert dice(mask(), mask()) == 1


def test_the_interval_of_a_mean_narrows_with_the_root_of_the_cases():
    rng = np.random.default_rng(0)
    few, many = (mean_interval(rng.normal(0.9, 0.05, n)) for n in (16, 1600))
    assert (few.high - few.low) / (many.high - many.low) == pytest.approx(10, rel=0.4)
    assert few.low < few.value < few.high


def patients(count, seed=0):
    rng = np.random.default_rng(seed)
    ef, edv, esv = rng.normal(-2, 3, count), np.exp(rng.normal(0, 0.05, (2, count)))[0], np.ones(count)
    return [
        PatientMeasure(str(n), 20, 0.9, 0.9, 0.9, 0.9, 60.0, 60.0 + ef[n], edv[n], esv[n] * 1.1)
        for n in range(count)
    ]


def test_the_reach_holds_95_of_100_further_patients():
    reaches = [reach_of(patients(14, seed)) for seed in range(200)]
    held = [norm.cdf(high, -2, 3) - norm.cdf(low, -2, 3) for low, high in (r["lvef"] for r in reaches)]
    assert np.mean(held) == pytest.approx(0.95, abs=0.01)
    reach = reaches[0]
    assert reach["lvedv"][0] < 1 < reach["lvedv"][1]
    assert reach["lvesv"] == (1.1, 1.1)


def test_few_patients_tell_no_reach():
    assert reach_of(patients(4)) is None


def test_the_same_seed_draws_the_same_interval():
    assert mean_interval([0.8, 0.9, 0.95]) == mean_interval([0.8, 0.9, 0.95])
