"""Effects from answers to masks."""

from __future__ import annotations

import numpy as np

from explain.effects import Estimate, from_all_masks, from_blocks
from inference.progress import silent


def linear(weights: np.ndarray):
    return lambda masks, _report: masks @ weights + 3.0


def noisy(seed: int):
    generator = np.random.default_rng(seed)
    return lambda masks, _report: generator.normal(size=len(masks))


def test_two_blocks_are_enough_for_a_linear_answer():
    weights = np.random.default_rng(0).normal(size=50)
    found = from_blocks(linear(weights), 50, (0, 0), 6, silent)
    assert found.runs == 2 * 128
    assert np.allclose(found.effects, weights)
    assert np.isclose(found.fit.intercept, 3.0)
    assert found.fit.left_out_r2 > 0.999


def test_noise_is_rarely_significant_even_from_two_blocks():
    found = [from_blocks(noisy(n), 60, (n, 0), 2, silent).significant for n in range(40)]
    assert np.mean(found) <= 0.05


def test_standard_errors_are_as_large_as_the_scatter_over_seeds():
    made = [from_blocks(noisy(n), 30, (n, 0), 4, silent) for n in range(200)]
    scatter = np.std([m.effects for m in made])
    assert 0.9 < np.mean([m.fit.standard_error for m in made]) / scatter < 1.1


def test_noise_has_no_left_out_r2():
    assert from_blocks(noisy(0), 60, (0, 0), 4, silent).fit.left_out_r2 < 0.05


def test_all_masks_give_the_average_over_the_others():
    found = from_all_masks(lambda masks, _report: (masks[:, 0] & masks[:, 1]).astype(float), 3, silent)
    assert np.allclose(found.effects, (0.5, 0.5, 0.0))
    assert found.significant.tolist() == [True, True, False]


def test_elements_hidden_together_share_their_effect():
    group = from_blocks(linear(np.array([6.0, 1.0])), 2, (0, 0), 2, silent)
    spread: Estimate = group.spread(np.array([0, 0, 0, 1]), 99)
    assert np.allclose(spread.effects, (2, 2, 2, 1))
    assert spread.replicates.shape[1] == 4
    assert spread.runs == 99
