"""Points of the straight path: what a spline through their slopes integrates, and where it errs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explain.integrated_gradients import PRESETS, integrated_gradients
from explain.path import NARROWEST, Points
from tests.explain.toys import TwoLevel


def test_errors_that_cancel_are_not_taken_for_none():
    alphas = np.array([0.0, 0.25, 0.5, 0.75, 1.0])
    points = Points(alphas, np.array([0.0, 0.5, 0.75, 0.9, 1.0]), np.ones((5, 1)))
    assert abs(points.local_errors.sum()) < 1e-12
    assert np.abs(points.local_errors).sum() == pytest.approx(0.5)


def test_weights_of_the_rule_sum_to_one():
    points = Points(np.array([0.0, 0.1, 0.2, 0.6, 1.0]), np.zeros(5), np.zeros((5, 1)))
    assert points.weights.sum() == pytest.approx(1.0)  # the peer's riemann rule: 1 - 1 / n


def test_a_cubic_slope_is_integrated_without_error_wherever_its_points_lie():
    alphas = np.array([0.0, 0.1, 0.5, 0.75, 1.0])
    points = Points(alphas, alphas**4, 4 * alphas[:, None] ** 3)
    assert np.abs(points.local_errors).max() < 1e-12
    assert points.weights @ points.slopes == pytest.approx(1.0)
    fresh = points.middles(np.array([0.0, -2.0, 0.5, 3.0]), 2)
    assert np.allclose(fresh, (0.3, 0.875))
    finer = points.merged(Points(fresh, fresh**4, 4 * fresh[:, None] ** 3))
    assert np.allclose(finer.alphas, (0, 0.1, 0.3, 0.5, 0.75, 0.875, 1))
    assert np.abs(finer.local_errors).max() < 1e-12


def test_the_errors_of_all_intervals_add_up_to_the_residual_of_the_map():
    alphas = np.linspace(0.0, 1.0, 9)
    slopes = np.stack((np.cos(9 * alphas), np.exp(2 * alphas)), 1)
    scores = np.sin(9 * alphas) / 9 + np.exp(2 * alphas) / 2
    points = Points(alphas, scores, slopes)
    residual = (points.weights @ slopes).sum() - (scores[-1] - scores[0])
    assert points.local_errors.sum() == pytest.approx(residual, abs=1e-12)


def test_no_interval_is_halved_without_end():
    alphas = np.array([0.0, 0.37, 0.37 + NARROWEST / 2, 1.0])
    points = Points(alphas, np.array([0.0, 0.0, 1.0, 1.0]), np.zeros((4, 1)))
    assert np.allclose(points.middles(points.local_errors, 3), (0.185, 0.685), atol=1e-6)


def test_the_size_of_a_chunk_does_not_matter(monkeypatch):
    model = TwoLevel()
    study, options = model.study(), replace(PRESETS["captum"], steps=20)
    whole = integrated_gradients(model, study, "mass", options=options).units[0].scores
    monkeypatch.setattr("explain.path.LARGEST_CHUNK", 4)
    small = integrated_gradients(model, study, "mass", options=options).units[0].scores
    assert np.abs(whole - small).max() <= 1e-5 * np.abs(whole).max()
