"""How good a model is, and how sure of that one can be: discrimination, decisions, calibration, strata.

Everywhere `truth` is (n,) bool and `score` (n,) float; `known` leaves out the answers that nobody knows.
Intervals are percentile bootstrap intervals of 95 %, seeded; positives and negatives are drawn apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from training.resampling import Scores, Truth, case_weights, weighted_aurocs

DRAWS = 1000
LEAST_POSITIVES = 20  # in a stratum; with fewer, a figure would say more about chance than about the model


@dataclass(frozen=True)
class Interval:
    """A figure and its 95 % interval; NaN where it cannot be computed."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        if np.isnan(self.value):  # as where all held-out studies have the same answer
            return "cannot be measured"
        return f"{self.value:.3f} ({self.low:.3f}-{self.high:.3f})"


@dataclass(frozen=True)
class Decisions:
    """How decisions at one threshold turned out."""

    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def accuracy(self) -> float:
        """Share of right decisions."""
        right = self.true_positives + self.true_negatives
        return _ratio(right, right + self.false_positives + self.false_negatives)

    @property
    def sensitivity(self) -> float:
        """Share of positives that were found."""
        return _ratio(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> float:
        """Share of negatives that were left alone."""
        return _ratio(self.true_negatives, self.true_negatives + self.false_positives)


@dataclass(frozen=True)
class Stratum:
    """One group of cases; `refused` says why there are no figures."""

    name: str
    cases: int
    positives: int
    auroc: Interval | None = None
    true_positive_rate: Interval | None = None
    false_positive_rate: Interval | None = None
    refused: str = ""


def known(answers: Sequence[bool | None], score: ArrayLike) -> tuple[Truth, Scores]:
    """The cases whose answer somebody knows."""
    keep = np.array([answer is not None for answer in answers], bool)
    truth = np.array([bool(answer) for answer in answers], bool)
    return truth[keep], np.asarray(score, float)[keep]


def auroc(truth: ArrayLike, score: ArrayLike) -> float:
    """Chance that a positive scores above a negative; ties count half. NaN where one kind is missing."""
    answers = np.asarray(truth, bool)
    return float(weighted_aurocs(answers, np.asarray(score, float), np.ones((1, answers.size)))[0])


def auroc_interval(
    truth: ArrayLike,
    score: ArrayLike,
    *,
    cases: Sequence[Hashable] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """AUROC with its interval. `cases` names what is drawn together, such as a patient; default: each row."""
    answers, values = np.asarray(truth, bool), np.asarray(score, float)
    weights = case_weights(answers, cases, draws, seed)
    return _interval(auroc(answers, values), weighted_aurocs(answers, values, weights))


def mean_auroc(
    answers: Sequence[Sequence[bool | None]],
    scores: ArrayLike,
    *,
    cases: Sequence[Hashable] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """Mean over labels, from rows of answers and scores (rows, labels).

    Whole cases are drawn, so that the labels of one stay together. Labels of one kind only are left out.
    """
    values = np.asarray(scores, float)
    weights = case_weights(np.zeros(len(values), bool), cases, draws, seed)
    points, drawn = [], []
    for label in range(values.shape[1]):
        column = [row[label] for row in answers]
        keep = np.array([answer is not None for answer in column])
        truth, score = known(column, values[:, label])
        point = auroc(truth, score)
        if not np.isnan(point):
            points.append(point)
            drawn.append(weighted_aurocs(truth, score, weights[:, keep]))
    if not points:
        return Interval(np.nan, np.nan, np.nan)
    # A draw may leave a rare label without positives: that label then sits out of that draw's mean.
    means = np.ma.masked_invalid(np.stack(drawn)).mean(axis=0).filled(np.nan)
    return _interval(float(np.mean(points)), means)


def decisions(truth: ArrayLike, score: ArrayLike, threshold: float) -> Decisions:
    """What came of calling positive what scores at or above the threshold."""
    answers, called = np.asarray(truth, bool), np.asarray(score, float) >= threshold
    return Decisions(
        true_positives=int((answers & called).sum()),
        false_positives=int((~answers & called).sum()),
        true_negatives=int((~answers & ~called).sum()),
        false_negatives=int((answers & ~called).sum()),
    )


def best_threshold(truth: ArrayLike, score: ArrayLike) -> float:
    """The score at which sensitivity + specificity is highest (Youden); independent of prevalence."""
    answers, values = np.asarray(truth, bool), np.asarray(score, float)
    if answers.all() or not answers.any():
        raise ValueError("a threshold needs positives and negatives")
    candidates = np.unique(values)
    found = (values[None] >= candidates[:, None]) @ np.stack(
        [answers / answers.sum(), ~answers / (~answers).sum()]
    ).T
    best = int(np.argmax(found[:, 0] - found[:, 1]))
    # Half-way to the next lower score: the same decisions here, and no score lies on the edge.
    return float(candidates[best] if best == 0 else candidates[best - 1 : best + 1].mean())


def strata_table(
    truth: ArrayLike,
    score: ArrayLike,
    strata: Sequence[str],
    *,
    threshold: float,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Stratum, ...]:
    """Figures for each group of cases; groups with fewer than 20 positives or no negatives are refused."""
    answers, values, names = np.asarray(truth, bool), np.asarray(score, float), np.asarray(strata)
    rows = []
    for name in dict.fromkeys(strata):
        inside = names == name
        rows.append(_stratum(name, answers[inside], values[inside], threshold, (draws, seed)))
    return tuple(rows)


def largest_gap(strata: Sequence[Stratum]) -> float:
    """Equalised-odds difference: the larger of the spreads of both rates over the strata with figures."""
    rates = [
        [rate.value for s in strata if (rate := getattr(s, name)) is not None]
        for name in ("true_positive_rate", "false_positive_rate")
    ]
    return max((max(values) - min(values) for values in rates if values), default=float("nan"))


def _stratum(name: str, truth: Truth, score: Scores, threshold: float, bootstrap: tuple[int, int]) -> Stratum:
    cases, positives = len(truth), int(truth.sum())
    if positives < LEAST_POSITIVES or positives == cases:
        missing = (
            "no negatives" if positives == cases else f"{positives} positives; {LEAST_POSITIVES} are needed"
        )
        return Stratum(name, cases, positives, refused=missing)
    draws, seed = bootstrap
    weights = case_weights(truth, None, draws, seed)
    called = score >= threshold
    rates = [
        _interval(float(called[kind].mean()), weights[:, kind] @ called[kind] / weights[:, kind].sum(axis=1))
        for kind in (truth, ~truth)
    ]
    area = _interval(auroc(truth, score), weighted_aurocs(truth, score, weights))
    return Stratum(name, cases, positives, area, rates[0], rates[1])


def _interval(value: float, drawn: Scores) -> Interval:
    usable = drawn[np.isfinite(drawn)]
    if not usable.size:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.percentile(usable, (2.5, 97.5))
    return Interval(value, float(low), float(high))


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
