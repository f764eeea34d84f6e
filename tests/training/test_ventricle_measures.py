import numpy as np
import pytest

from training.ventricle_measures import dice, mean_interval


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


def test_the_same_seed_draws_the_same_interval():
    assert mean_interval([0.8, 0.9, 0.95]) == mean_interval([0.8, 0.9, 0.95])
