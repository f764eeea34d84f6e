"""What a method found, and how it becomes an Attribution. Free of torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from explain.attribution import CAVEAT, Attribution, Check, Evidence, UnitScores
from inference.card import Card
from inference.errors import ExplanationError, NotApplicableError
from inference.place import Place

Array = NDArray[np.generic]
LOW = "A low value is the finding here: blocks with scores below zero speak for it."


@dataclass(frozen=True, eq=False)
class Maps:
    """Scores of every unit as a method computed them.

    scores, standard_errors, significant  one array per unit, or nothing where the method cannot say
    totals                                one per unit
    """

    scores: Sequence[Array]
    totals: Sequence[float]
    standard_errors: Sequence[Array] = ()
    significant: Sequence[NDArray[np.bool_]] = ()
    checks: tuple[Check, ...] = ()
    baseline_score: float | None = None
    context: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """What every map of one method has in common."""

    method: str
    unit: str  # of the scores; empty for the target's own
    signed: bool
    additive: bool
    remark: str = ""  # what a reader has to know about maps of this kind


@dataclass(frozen=True, eq=False)
class Subject:
    """What is being explained: one target's score for one study by one model."""

    card: Card
    study_uid: str
    places: tuple[Place, ...]
    target: str
    score: float


def attribution(
    subject: Subject,
    kind: Kind,
    maps: Maps,
    *,
    seed: int,
    parameters: Mapping[str, str | int | float | bool],
) -> Attribution:
    """One frozen value; ExplanationError where a score is not a finite number."""
    _refuse_what_is_not_finite(maps)
    target = subject.card.target(subject.target)
    return Attribution(
        study_uid=subject.study_uid,
        model_key=subject.card.key,
        weights_sha256=subject.card.weights_sha256,
        weights_origin=subject.card.weights_origin,
        target=target,
        method=kind.method,
        unit=kind.unit or target.unit,
        score=subject.score,
        baseline_score=maps.baseline_score,
        units=tuple(_unit(n, place, maps) for n, place in enumerate(subject.places)),
        evidence=Evidence(maps.checks),
        signed=kind.signed,
        additive=kind.additive,
        seed=seed,
        parameters=parameters,
        context=maps.context,
        caveat=" ".join(filter(None, (CAVEAT, kind.remark, LOW if kind.signed and target.below else ""))),
    )


def answered(card: Card, target: str) -> None:
    """NotApplicableError where the model has no such target."""
    names = [t.name for t in card.targets]
    if target not in names:
        raise NotApplicableError(
            f"{card.title} has no answer called “{target}”.", hint=f"Choose one of: {', '.join(names)}."
        )


def _unit(number: int, place: Place, maps: Maps) -> UnitScores:
    return UnitScores(
        place=place,
        scores=np.asarray(maps.scores[number], np.float32),
        total=float(maps.totals[number]),
        standard_error=np.asarray(maps.standard_errors[number], np.float32) if maps.standard_errors else None,
        significant=np.asarray(maps.significant[number], bool) if maps.significant else None,
    )


def _refuse_what_is_not_finite(maps: Maps) -> None:
    arrays = (
        *maps.scores,
        *maps.standard_errors,
        np.asarray(maps.totals),
        np.asarray([*maps.context.values()]),
    )
    if not all(np.isfinite(np.asarray(a, np.float64)).all() for a in arrays):
        raise ExplanationError(
            "The explanation holds numbers that are not finite, so nothing is drawn.",
            hint="Try another method, or look at the series that the model saw for damaged pixels.",
        )
