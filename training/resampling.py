"""The bootstrap as weights: a draw is how often each row is in it, so that all draws are measured at once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Truth: TypeAlias = NDArray[np.bool_]
Scores: TypeAlias = NDArray[np.float64]


def case_weights(
    truth: Truth, cases: Sequence[Hashable] | None, draws: int, seed: int
) -> NDArray[np.float64]:
    """(draws, n) how often each row is in each bootstrap draw; positives and negatives keep their numbers.

    Rows of one case come and go together; a case counts as positive if any of its rows is.
    """
    rng = np.random.default_rng(seed)
    names = cases if cases is not None else range(truth.size)
    numbers = {name: n for n, name in enumerate(dict.fromkeys(names))}
    of_row = np.array([numbers[name] for name in names], int)
    positive = np.zeros(len(numbers), bool)
    np.logical_or.at(positive, of_row, truth)
    counts = np.zeros((draws, len(numbers)))
    for kind in (positive, ~positive):
        if kind.any():
            size = int(kind.sum())
            counts[:, kind] = rng.multinomial(size, np.full(size, 1 / size), draws)
    return counts[:, of_row]


def weighted_aurocs(truth: Truth, score: Scores, weights: NDArray[np.float64]) -> Scores:
    """(draws,) AUROC of each row of weights (draws, n), by counting negatives below each positive."""
    order = np.argsort(score, kind="stable")
    levels = score[order]
    starts = np.flatnonzero(np.concatenate([levels[:1] == levels[:1], levels[1:] != levels[:-1]]))
    if not starts.size:
        return np.full(len(weights), np.nan)
    positive, negative = (
        np.add.reduceat(weights[:, order] * kind[order], starts, axis=1) for kind in (truth, ~truth)
    )
    below = np.cumsum(negative, axis=1) - 0.5 * negative  # ties count half
    pairs = positive.sum(axis=1) * negative.sum(axis=1)
    wins = (positive * below).sum(axis=1)
    area: Scores = np.divide(wins, pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
    return area
