"""What each series contributed: Shapley values over whole units. They add up to the score exactly."""

from __future__ import annotations

from math import comb

import numpy as np
import torch
from numpy.typing import NDArray

from explain.designs import EXACT_UP_TO, exact
from explain.encodings import Encoder

Numbers = NDArray[np.float64]
PERMUTATIONS = 128


def by_unit(encoder: Encoder, target: str, *, seed: int = 0) -> tuple[Numbers, float]:
    """(units,) contributions and the score of a study without units; they sum to the whole score.

    Exact up to 12 units (one join per set of units); beyond, an average over random orders and their reverse.
    """
    if encoder.units <= EXACT_UP_TO:
        present = exact(encoder.units)
        values = _values(encoder, target, present)
        return exact_shapley(values, encoder.units), float(values[0])
    return _sampled(encoder, target, seed)


def exact_shapley(values: Numbers, units: int) -> Numbers:
    """Shapley values from the value of every set; set number b holds the units of b's bits."""
    sets = np.arange(1 << units)
    sizes = np.bitwise_count(sets)
    weight = np.array([1.0 / (units * comb(units - 1, size)) for size in range(units)])
    result = np.zeros(units)
    for unit in range(units):
        without = sets[sets >> unit & 1 == 0]
        result[unit] = weight[sizes[without]] @ (values[without | 1 << unit] - values[without])
    return result


def _sampled(encoder: Encoder, target: str, seed: int) -> tuple[Numbers, float]:
    generator = np.random.default_rng((seed, encoder.units))
    orders = [generator.permutation(encoder.units) for _ in range(PERMUTATIONS // 2)]
    orders += [order[::-1] for order in orders]
    total = np.zeros(encoder.units)
    for order in orders:
        values = _values(encoder, target, _prefixes(order))
        total[order] += np.diff(values)
    return total / len(orders), float(values[0])


def _prefixes(order: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(units + 1, units): nothing, then one more unit per row in the given order."""
    place = np.argsort(order)
    return np.asarray(place[None, :] < np.arange(len(order) + 1)[:, None])


def _values(encoder: Encoder, target: str, present: NDArray[np.bool_]) -> Numbers:
    whole = encoder.whole()
    rows = whole.expand(len(present), -1, -1)
    return encoder.scores(rows, target, torch.from_numpy(present).to(whole.device))
