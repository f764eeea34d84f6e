"""Splitting patients, and fitting what may only be fitted on those that teach: bounds, scaling."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.models.echo_physiology import CI, CO, PVR, SVRI, echo_targets
from inference.networks.echo_config import Scaling
from training.echo_cases import NAMES, Patients

_WINSOR = {CO: (2, 98), CI: (2, 98), SVRI: (1, 99), PVR: (1, 99)}  # percentiles; pressures 5 and 95
_LOGARITHM = (SVRI, PVR)
_ROOM = 0.15  # of the range, so that no value lies where the sigmoid is flat


def folds_of(patients: Patients, folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each patient: whole patients, each group and PH spread evenly over the folds."""
    rng = np.random.default_rng((seed, 77))
    fold = np.empty(len(patients), np.int64)
    strata = patients.group * 2 + patients.hypertensive
    start = 0
    for stratum in np.unique(strata):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        fold[rows] = (start + np.arange(len(rows))) % folds
        start += len(rows)
    return fold


def split(
    patients: Patients, folds: int, fold: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows that teach, and rows that validate."""
    where = folds_of(patients, folds, seed)
    return np.flatnonzero(where != fold), np.flatnonzero(where == fold)


def fitted_scaling(values: NDArray[np.float32]) -> Scaling:
    """Winsorising bounds and scale from (n, 9) values of the patients that teach, and of nobody else."""
    low, high, logarithm = [], [], []
    for n, target in enumerate(echo_targets()):
        bottom, top = np.percentile(values[:, n], _WINSOR.get(target.name, (5, 95)))
        bends = target.name in _LOGARITHM
        a, b = (np.log1p(bottom), np.log1p(top)) if bends else (bottom, top)
        room = _ROOM * (b - a)
        a, b = a - room, b + room
        if bends:
            a, b = np.expm1(max(a, 0.0)), np.expm1(b)
        low.append(round(float(a), 4))
        high.append(round(float(b), 4))
        logarithm.append(bends)
    return Scaling(tuple(low), tuple(high), tuple(logarithm))


def column(name: str) -> int:
    """Column of a value, by its name."""
    return NAMES.index(name)
