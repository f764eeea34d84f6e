"""How predicted values and true ones agree: limits, direction of errors, spread that grows with the value.

Everywhere `truth` and `predicted` are (n,) in the unit of the value. Errors are predicted less true.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from training.evaluate import Interval, auroc_interval
from training.figures.extras import needed

Array = NDArray[np.float64]
WIDE = 1.959964  # standard deviations on either side that hold 95 % of a normal distribution


@dataclass(frozen=True)
class Limits:
    """Bland and Altman's bias and 95 % limits of agreement, each with its interval.

    slope   change of the difference per unit of the mean: a bias in proportion; `slope_p` against none
    """

    bias: Interval
    low: Interval
    high: Interval
    spread: float
    slope: Interval
    slope_p: float


@dataclass(frozen=True, eq=False)
class Curve:
    """Telling abnormal values apart by the predicted one.

    cut_offs            in the value's unit, from the strictest; the same length as both rates
    at_cut_off          (1 - specificity, sensitivity) where the clinical cut-off is used on predictions
    """

    false_positive: Array
    true_positive: Array
    cut_offs: Array
    auroc: Interval
    at_cut_off: tuple[float, float]
    abnormal: int


@dataclass(frozen=True, eq=False)
class Spread:
    """Whether errors grow with the value.

    residuals   about the straight line of predicted on true: bias, even in proportion, is none of it
    edges       of four groups of equal size by the true value; `deviations` of the residuals in each
    lm, p       Breusch and Pagan's (Koenker's studentised form): n R^2 of the squared residuals on the value
    rank        Spearman's correlation of residual size with the value, and its p
    """

    residuals: Array
    edges: Array
    deviations: Array
    lm: float
    p: float
    rank: float
    rank_p: float

    @property
    def ratio(self) -> float:
        """Largest over smallest of the four deviations."""
        return float(self.deviations.max() / max(self.deviations.min(), 1e-12))


def limits_of_agreement(truth: Array, predicted: Array) -> Limits:
    """Bias and limits with Student's intervals (Bland and Altman 1999), sample deviation with n - 1."""
    difference, mean = predicted - truth, (predicted + truth) / 2
    n = len(difference)
    bias, spread = float(difference.mean()), float(difference.std(ddof=1))
    reach = float(stats.t.ppf(0.975, n - 1)) * spread
    beside = reach * np.sqrt(1 / n + WIDE**2 / (2 * (n - 1)))
    line = stats.linregress(mean, difference)
    half = float(stats.t.ppf(0.975, n - 2) * line.stderr)
    low, high = bias - WIDE * spread, bias + WIDE * spread
    return Limits(
        bias=_around(bias, reach / np.sqrt(n)),
        low=_around(low, beside),
        high=_around(high, beside),
        spread=spread,
        slope=_around(float(line.slope), half),
        slope_p=float(line.pvalue),
    )


def roc(truth: Array, predicted: Array, cut_off: float, *, below: bool) -> Curve:
    """The curve for abnormal values, which lie below the cut-off where `below`, else above it."""
    abnormal = truth < cut_off if below else truth > cut_off
    called = predicted < cut_off if below else predicted > cut_off
    return curve_of(abnormal, predicted, below=below, called=called)


def curve_of(
    abnormal: NDArray[np.bool_], predicted: Array, *, below: bool, called: NDArray[np.bool_]
) -> Curve:
    """The curve for any yes or no; low predictions speak for yes where `below`. Ties are one step."""
    score = -predicted if below else predicted
    levels = np.unique(score)[::-1]
    rates = [_rates(abnormal, score >= level) for level in levels]
    false_positive, true_positive = np.array([(0.0, 0.0), *rates]).T
    cut_offs = np.concatenate([[np.nan], -levels if below else levels])
    return Curve(
        false_positive, true_positive, cut_offs, auroc_interval(abnormal, score),
        _rates(abnormal, called), int(abnormal.sum()),
    )  # fmt: skip


def spread_of(truth: Array, predicted: Array) -> Spread:
    """Residuals about the line of predicted on true, and three looks at whether their size changes."""
    line = stats.linregress(truth, predicted)
    residuals = predicted - (line.intercept + line.slope * truth)
    edges = np.quantile(truth, (0, 0.25, 0.5, 0.75, 1))
    group = np.clip(np.searchsorted(edges[1:-1], truth, side="right"), 0, 3)
    deviations = np.array([_deviation(residuals[group == n]) for n in range(4)])
    lm, p = breusch_pagan(residuals, truth)
    rank, rank_p = stats.spearmanr(np.abs(residuals), truth)
    return Spread(residuals, edges, deviations, lm, p, float(rank), float(rank_p))


def breusch_pagan(residuals: Array, value: Array) -> tuple[float, float]:
    """Lagrange multiplier and its p (chi squared, one degree of freedom) by statsmodels."""
    test = needed("statsmodels.stats.diagnostic", "statsmodels", "Tests for uneven spread").het_breuschpagan
    design = np.column_stack([np.ones_like(value), value])
    lm, p, *_ = test(residuals, design)
    return float(lm), float(p)


def holm(p_values: Array) -> Array:
    """Holm's correction for having asked several times."""
    order = np.argsort(p_values)
    steps = p_values[order] * (len(p_values) - np.arange(len(p_values)))
    found = np.empty_like(p_values)
    found[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return found


def confusion(truth: NDArray[np.int64], said: NDArray[np.int64], kinds: int) -> NDArray[np.int64]:
    """(kinds, kinds) patients: rows are what is true, columns what was said."""
    found = np.zeros((kinds, kinds), np.int64)
    np.add.at(found, (truth, said), 1)
    return found


def kappa(table: NDArray[np.int64]) -> float:
    """Cohen's agreement beyond chance."""
    total = table.sum()
    seen = np.trace(table) / total
    chance = float((table.sum(0) * table.sum(1)).sum()) / total**2
    return float((seen - chance) / (1 - chance)) if chance < 1 else float("nan")


def share_interval(part: int, whole: int) -> Interval:
    """A share with Wilson's 95 % interval."""
    if not whole:
        return Interval(float("nan"), float("nan"), float("nan"))
    p, z = part / whole, WIDE**2 / whole
    middle, half = p + z / 2, np.sqrt(z * p * (1 - p) + z**2 / 4)
    return Interval(p, float((middle - half) / (1 + z)), float((middle + half) / (1 + z)))


def _rates(abnormal: NDArray[np.bool_], called: NDArray[np.bool_]) -> tuple[float, float]:
    """(1 - specificity, sensitivity); NaN where one kind is missing."""
    return tuple(float(called[kind].mean()) if kind.any() else float("nan") for kind in (~abnormal, abnormal))  # type: ignore[return-value]  # two kinds


def _deviation(residuals: Array) -> float:
    return float(residuals.std(ddof=1)) if len(residuals) >= 2 else float("nan")


def _around(value: float, half: float) -> Interval:
    return Interval(value, float(value - half), float(value + half))
