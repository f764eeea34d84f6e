"""The closed form against scikit-learn, `lime` and brute force."""

from __future__ import annotations

import numpy as np
import pytest
from lime.lime_base import LimeBase
from sklearn.linear_model import Ridge
from sklearn.metrics import pairwise_distances

from explain.ridge import ALPHAS, cosine_weights, fit, pooled_r2


def problem(runs: int, elements: int, seed: int = 0):
    generator = np.random.default_rng(seed)
    masks = generator.integers(0, 2, (runs, elements)).astype(float)
    masks[0] = 1
    answers = masks @ generator.normal(size=elements) + generator.normal(size=runs)
    return masks, answers, generator.uniform(0.2, 1.0, runs)


@pytest.mark.parametrize(("runs", "elements"), [(1000, 128), (300, 300), (200, 1024), (400, 2048)])
def test_coefficients_equal_those_of_lime_and_of_scikit_learn(runs, elements):
    masks, answers, weights = problem(runs, elements)
    ours = fit(masks, answers, weights, 1.0)
    base = LimeBase(lambda distances: distances, random_state=0)  # the weights pass through
    _, listed, _, _ = base.explain_instance_with_data(
        masks, answers[:, None], weights, 0, elements, feature_selection="none"
    )
    theirs = np.array([value for _, value in sorted(listed)])
    sklearn = Ridge(alpha=1.0).fit(masks, answers, sample_weight=weights)
    assert np.abs(ours.coefficients - theirs).max() <= 1e-10
    assert np.abs(ours.coefficients - sklearn.coef_).max() <= 1e-10
    assert abs(ours.intercept - sklearn.intercept_) <= 1e-9


@pytest.mark.parametrize(("runs", "elements"), [(40, 10), (20, 30)])
def test_left_out_residuals_are_those_of_fits_without_the_run(runs, elements):
    masks, answers, weights = problem(runs, elements)
    ours = fit(masks, answers, weights, 2.0)
    for run in range(0, runs, 5):
        rest = np.arange(runs) != run
        other = Ridge(alpha=2.0).fit(masks[rest], answers[rest], sample_weight=weights[rest])
        assert np.isclose(
            ours.left_out[run], answers[run] - other.predict(masks[run : run + 1])[0], atol=1e-9
        )


def test_noise_has_a_fine_training_r2_and_no_left_out_r2():
    masks, _, _ = problem(256, 256)
    noise, even = np.random.default_rng(1).normal(size=256), np.ones(256)
    assert Ridge(alpha=1.0).fit(masks, noise).score(masks, noise) > 0.9  # the figure that misleads
    assert fit(masks, noise, even, 1.0).left_out_r2 < 0.05


def test_the_penalty_chosen_foretells_best():
    masks, answers, weights = problem(60, 50)
    chosen = fit(masks, answers, weights, None)
    errors = [np.sum(weights * fit(masks, answers, weights, a).left_out ** 2) for a in ALPHAS]
    assert chosen.alpha == ALPHAS[int(np.argmin(errors))]


def test_kernel_weights_are_those_of_lime():
    masks = problem(50, 40)[0]
    masks[3] = 0
    distance = pairwise_distances(masks, masks[:1], metric="cosine").ravel()
    assert np.allclose(cosine_weights(masks, 0.25), np.sqrt(np.exp(-(distance**2) / 0.25**2)), atol=1e-12)


def test_standard_errors_cover_the_truth():
    generator, hits = np.random.default_rng(0), []
    for _ in range(30):
        masks = generator.integers(0, 2, (200, 20)).astype(float)
        truth = generator.normal(size=20)
        found = fit(masks, masks @ truth + generator.normal(size=200), np.ones(200), 1e-6)
        hits.append(np.abs(found.coefficients - truth) < 1.96 * found.standard_error)
    assert 0.92 < np.mean(hits) < 0.98


def test_a_fit_of_little_spread_weighs_little_in_the_pooled_r2():
    masks, answers, weights = problem(200, 20)
    good = fit(masks, 100 * answers, weights, 1.0)
    poor = fit(masks, np.random.default_rng(2).normal(size=200), weights, 1.0)
    assert abs(pooled_r2([good, poor]) - good.left_out_r2) < 0.01
