"""Chances that mean what they say: Platt's calibration, and how far off chances are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.resampling import Scores


@dataclass(frozen=True)
class ReliabilityBin:
    """The cases whose probability fell between `low` and `high`."""

    low: float
    high: float
    count: int
    mean_probability: float
    share_positive: float


def reliability_table(truth: ArrayLike, probability: ArrayLike, bins: int = 10) -> tuple[ReliabilityBin, ...]:
    """Bins of equal width over 0..1; empty ones have NaN."""
    answers, values = np.asarray(truth, bool), np.asarray(probability, float)
    if np.any((values < 0) | (values > 1) | np.isnan(values)):
        raise ValueError("probabilities lie between 0 and 1")
    edges = np.linspace(0, 1, bins + 1)
    where = np.clip(np.digitize(values, edges[1:-1], right=False), 0, bins - 1)
    rows = []
    for n in range(bins):
        inside = where == n
        count = int(inside.sum())
        mean, share = (values[inside].mean(), answers[inside].mean()) if count else (np.nan, np.nan)
        rows.append(ReliabilityBin(float(edges[n]), float(edges[n + 1]), count, float(mean), float(share)))
    return tuple(rows)


def expected_calibration_error(truth: ArrayLike, probability: ArrayLike, bins: int = 10) -> float:
    """Mean distance of probability from share of positives, over bins of equal width, weighted by cases."""
    rows = [row for row in reliability_table(truth, probability, bins) if row.count]
    total = sum(row.count for row in rows)
    if not total:
        return float("nan")
    return sum(row.count * abs(row.mean_probability - row.share_positive) for row in rows) / total


def fit_platt(truth: ArrayLike, score: ArrayLike) -> tuple[float, float]:
    """(slope, intercept): probability = sigmoid(slope * score + intercept). Fit on a validation split only.

    Platt's own softened targets keep it finite where the classes separate.
    """
    answers, values = np.asarray(truth, bool), np.asarray(score, float)
    positives, negatives = int(answers.sum()), int((~answers).sum())
    if not positives or not negatives:
        raise ValueError("calibration needs positives and negatives")
    target = np.where(answers, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    design = np.stack([(values - centre) / spread, np.ones_like(values)], axis=1)
    slope, intercept = _newton(design, target)
    return slope / spread, intercept - slope * centre / spread


def calibrated(score: ArrayLike, calibration: tuple[float, float]) -> Scores:
    """Probabilities of scores."""
    slope, intercept = calibration
    probability: Scores = _sigmoid(slope * np.asarray(score, float) + intercept)
    return probability


def _newton(design: NDArray[np.float64], target: Scores) -> tuple[float, float]:
    """Logistic regression with a ridge so weak that it only matters where the data say nothing."""
    weights = np.zeros(2)
    ridge = 1e-6 * np.eye(2)
    for _ in range(100):
        probability = _sigmoid(design @ weights)
        slope = design.T @ (probability - target) + ridge @ weights
        curve = (design * (probability * (1 - probability))[:, None]).T @ design + ridge
        step = np.linalg.solve(curve, slope)
        step *= min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))  # far steps overshoot where it is flat
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), float(weights[1])


def _sigmoid(x: Scores) -> Scores:
    value: Scores = 0.5 * (1 + np.tanh(0.5 * x))
    return value
