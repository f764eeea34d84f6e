"""Contributions of whole series."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import torch

from explain.encodings import Encoder
from explain.shapley import by_unit, exact_shapley
from tests.explain.toys import Sums, TwoLevel


def test_the_values_are_the_mean_over_all_orders_of_arrival():
    values = np.random.default_rng(0).normal(size=16)
    expected = np.zeros(4)
    for order in permutations(range(4)):
        here = 0
        for unit in order:
            expected[unit] += (values[here | 1 << unit] - values[here]) / 24
            here |= 1 << unit
    assert np.allclose(exact_shapley(values, 4), expected)


def test_contributions_add_up_to_the_score():
    model = TwoLevel()
    encoder = Encoder(model, model.study())
    values, nothing = by_unit(encoder, "mass")
    score = encoder.scores(encoder.whole()[None], "mass")[0]
    assert abs(values.sum() + nothing - score) < 1e-6


def test_many_series_are_sampled_and_still_add_up():
    model = Sums((2,) * 14)
    study = model.study([torch.full((2, 1), float(n)) for n in range(14)])
    values, nothing = by_unit(Encoder(model, study), "score")
    assert nothing == 0
    assert np.allclose(values, 2.0 * np.arange(14))


def test_one_series_carries_the_whole_score():
    model = Sums((3,))
    values, nothing = by_unit(Encoder(model, model.study([torch.ones(3, 1)])), "score")
    assert values.tolist() == [3.0]
    assert nothing == 0.0
