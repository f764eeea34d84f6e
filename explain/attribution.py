"""One explanation as one frozen value: scores on the model's own grid and its own evidence. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.card import Target
from inference.place import Place

CAVEAT = "Shows what influenced this output under the named method. Not a lesion outline."


@dataclass(frozen=True)
class Check:
    """One check that an explanation had to pass: "amber" and "fail" say in `text` what to make of it."""

    name: str  # "completeness", "deletion against chance", "top-3 stability", ...
    value: float
    verdict: str  # "pass", "amber", "fail"
    text: str  # such as "better than 20 / 20 random orders"


@dataclass(frozen=True)
class Evidence:
    """What speaks for and against an explanation."""

    checks: tuple[Check, ...]
    sentence: str = ""  # such as "Hiding A + B lowers the score 3.7 -> 0.4"
    seconds: float = 0.0
    forwards: int = 0

    @property
    def holds(self) -> bool:
        """False where a check failed: the map opens greyed out and says why."""
        return all(check.verdict != "fail" for check in self.checks)

    def check(self, name: str) -> Check | None:
        """The check called `name`, if it was made."""
        return next((c for c in self.checks if c.name == name), None)


@dataclass(frozen=True, eq=False)
class UnitScores:
    """Scores of the elements of one unit (series, view), on the model's own grid.

    scores          (n,) in the attribution's unit
    standard_error  (n,) or None
    significant     (n,) bool or None where the method cannot say
    total           of the unit: what the whole series contributed
    left_out        by how much the output falls without the unit, all others staying; None where not tried
    """

    place: Place
    scores: NDArray[np.float32]
    total: float
    standard_error: NDArray[np.float32] | None = None
    significant: NDArray[np.bool_] | None = None
    left_out: float | None = None

    @property
    def dense(self) -> NDArray[np.float32]:
        """(k, j, i) grid of the scores, NaN where the model saw nothing; placed by `place.affine_lps`."""
        return self.place.dense(self.scores)


@dataclass(frozen=True)
class Top:
    """One of the strongest elements, with its letter."""

    letter: str
    unit: int
    element: int
    score: float
    standard_error: float | None
    significant: bool | None


@dataclass(frozen=True, eq=False)
class Attribution:
    """Why a model gave one target the score it gave."""

    study_uid: str
    model_key: str
    weights_sha256: str
    weights_origin: str
    target: Target
    method: str  # "LIME", "attention rollout", "integrated gradients"
    unit: str  # of the scores: "logit", "share of attention"
    score: float  # the output explained
    baseline_score: float | None  # the output without content, where the method uses one
    units: tuple[UnitScores, ...]
    evidence: Evidence
    signed: bool
    additive: bool
    seed: int
    parameters: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    context: Mapping[str, float] = field(default_factory=dict)  # share of registers, names, description
    caveat: str = CAVEAT

    def top(self, count: int = 3) -> tuple[Top, ...]:
        """The elements with the highest scores over all units, best first."""
        ranked = sorted(
            ((float(s), u, e) for u, unit in enumerate(self.units) for e, s in enumerate(unit.scores)),
            key=lambda entry: (-entry[0], entry[1], entry[2]),
        )
        return tuple(self._top(n, u, e, s) for n, (s, u, e) in enumerate(ranked[:count]))

    def _top(self, rank: int, unit: int, element: int, score: float) -> Top:
        scores = self.units[unit]
        error = scores.standard_error
        significant = scores.significant
        return Top(
            letter=chr(ord("A") + rank),
            unit=unit,
            element=element,
            score=score,
            standard_error=None if error is None else float(error[element]),
            significant=None if significant is None else bool(significant[element]),
        )
