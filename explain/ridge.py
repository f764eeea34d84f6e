"""Weighted ridge regression in closed form, with its honest errors. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
ALPHAS = tuple(10.0**power for power in np.arange(-2, 5.1, 0.5))


@dataclass(frozen=True, eq=False)
class Fit:
    """A linear model of responses to masks.

    left_out  (runs,) residual of each run under the model fitted to all the others
    """

    coefficients: Numbers
    intercept: float
    standard_error: Numbers
    left_out: Numbers
    weights: Numbers
    spread: float  # weighted sum of squares of the responses about their mean
    alpha: float = 0.0

    @property
    def error(self) -> float:
        """Weighted sum of squares of the left-out residuals."""
        return float(self.weights @ self.left_out**2)

    @property
    def left_out_r2(self) -> float:
        """Share of the responses' variance foretold for runs that the fit has not seen."""
        return 1.0 - self.error / self.spread if self.spread > 0 else 0.0


def fit(masks: Numbers, responses: Numbers, weights: Numbers, alpha: float | None) -> Fit:
    """Fit with penalty `alpha`, or with the one of ALPHAS that foretells left-out runs best if None.

    One eigendecomposition of the smaller Gram matrix (primal or dual) serves all penalties; the
    intercept is not penalised.
    """
    problem = _problem(masks, responses, weights)
    if alpha is None:
        alpha = min(ALPHAS, key=lambda a: float(np.sum(problem.left_out(a) ** 2)))
    coefficients = problem.solver(alpha) @ problem.y
    left_out = problem.left_out(alpha)  # times the root of the weight
    return Fit(
        coefficients=coefficients,
        intercept=float(problem.y_mean - problem.x_mean @ coefficients),
        standard_error=np.sqrt(problem.solver(alpha) ** 2 @ left_out**2),
        left_out=left_out / problem.root,
        weights=weights,
        spread=float(problem.y @ problem.y),
        alpha=float(alpha),
    )


def cosine_weights(masks: Numbers, kernel_width: float) -> Numbers:
    """`lime`'s weight of each run: exponential kernel of the cosine distance to keeping everything."""
    distance = 1.0 - np.sqrt(masks.mean(1))
    return np.asarray(np.sqrt(np.exp(-(distance**2) / kernel_width**2)))


@dataclass(frozen=True, eq=False)
class _Problem:
    """Centred, root-weighted data and the eigenvectors of its smaller Gram matrix."""

    x: Numbers  # (runs, features)
    y: Numbers
    x_mean: Numbers
    y_mean: float
    root: Numbers  # (runs,) root of the weights
    values: Numbers  # eigenvalues
    vectors: Numbers

    @property
    def primal(self) -> bool:
        return bool(self.x.shape[0] >= self.x.shape[1])

    def solver(self, alpha: float) -> Numbers:
        """(features, runs): the coefficients are this times y."""
        scaled = self.vectors / (self.values + alpha)
        if self.primal:
            return np.asarray(scaled @ (self.x @ self.vectors).T)
        return np.asarray(self.x.T @ (scaled @ self.vectors.T))

    def left_out(self, alpha: float) -> Numbers:
        """(runs,) residuals over one less leverage: exact for a ridge with a free intercept."""
        if self.primal:
            basis, shrink = self.x @ self.vectors, 1.0 / (self.values + alpha)
        else:
            basis, shrink = self.vectors, self.values / (self.values + alpha)
        leverage = self.root**2 / np.sum(self.root**2) + basis**2 @ shrink
        residual = self.y - basis @ (shrink * (basis.T @ self.y))
        return np.asarray(residual / np.maximum(1.0 - leverage, 1e-9))


def _problem(masks: Numbers, responses: Numbers, weights: Numbers) -> _Problem:
    x_mean = np.average(masks, axis=0, weights=weights)
    y_mean = float(np.average(responses, weights=weights))
    root = np.sqrt(weights)
    x = root[:, None] * (masks - x_mean)
    gram = x.T @ x if x.shape[0] >= x.shape[1] else x @ x.T
    values, vectors = np.linalg.eigh(gram)
    y = root * (responses - y_mean)
    return _Problem(x, y, x_mean, y_mean, root, np.maximum(values, 0.0), vectors)


def pooled_r2(fits: Sequence[Fit]) -> float:
    """Left-out R2 over several fits: those that explain little weigh little."""
    spread = sum(f.spread for f in fits)
    return 1.0 - sum(f.error for f in fits) / spread if spread > 0 else 0.0
