"""One map from the maps of sub-volumes that overlap: what they say of a place is added up. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explain.attribution import Attribution, UnitScores
from inference.place import Place

_SAME = 1e-3  # of an element: how far a lattice may be off another


def joined(made: Attribution) -> Attribution:
    """The same explanation with all units of one volume in one; others stay as they are.

    Units are joined where their elements lie on one lattice. Effects of the same place add up; so do the
    squares of their standard errors, and a place is significant where any of its parts is.
    """
    groups: dict[str, list[UnitScores]] = {}
    for unit in made.units:
        groups.setdefault(unit.place.display_set_uid, []).append(unit)
    if all(len(units) == 1 for units in groups.values()):
        return made
    units = tuple(one for group in groups.values() for one in _joined(group))
    return replace(made, units=units)


def _joined(units: Sequence[UnitScores]) -> list[UnitScores]:
    first = units[0].place
    offsets = [_offset(first, unit.place) for unit in units]
    if len(units) == 1 or any(offset is None for offset in offsets):
        return list(units)
    index = np.concatenate([u.place.index + o for u, o in zip(units, offsets, strict=True) if o is not None])
    low = index.min(0)
    distinct, back = np.unique(index - low, axis=0, return_inverse=True)
    back = back.reshape(-1)
    affine = first.affine_lps.copy()
    affine[:3, 3] += affine[:3, :3] @ low
    shape = tuple(int(n) for n in distinct.max(0) + 1)
    place = replace(first, shape=(shape[0], shape[1], shape[2]), index=distinct, affine_lps=affine)
    return [
        UnitScores(
            place=place,
            scores=_sums([u.scores for u in units], back),
            total=float(sum(u.total for u in units)),
            standard_error=_errors(units, back),
            significant=_any(units, back),
        )
    ]


def _offset(first: Place, other: Place) -> NDArray[np.int64] | None:
    """Whole elements from one lattice's first to another's; None where they are not one lattice."""
    if other.times_ms is not None or first.times_ms is not None:
        return None
    if not np.allclose(first.affine_lps[:3, :3], other.affine_lps[:3, :3], atol=1e-6):
        return None
    apart = other.affine_lps[:3, 3] - first.affine_lps[:3, 3]
    steps = np.linalg.solve(first.affine_lps[:3, :3], apart)
    whole = np.round(steps).astype(np.int64)
    return whole if np.abs(steps - whole).max() < _SAME else None


def _sums(values: Sequence[NDArray[np.float32]], back: NDArray[np.int64]) -> NDArray[np.float32]:
    added: NDArray[np.float32] = np.bincount(back, weights=np.concatenate(values)).astype(np.float32)
    return added


def _errors(units: Sequence[UnitScores], back: NDArray[np.int64]) -> NDArray[np.float32] | None:
    errors = [u.standard_error for u in units if u.standard_error is not None]
    if len(errors) < len(units):
        return None
    return np.sqrt(_sums([np.square(e) for e in errors], back))


def _any(units: Sequence[UnitScores], back: NDArray[np.int64]) -> NDArray[np.bool_] | None:
    flags = [u.significant for u in units if u.significant is not None]
    if len(flags) < len(units):
        return None
    found: NDArray[np.bool_] = np.bincount(back, weights=np.concatenate(flags)) > 0
    return found
