"""Cross-validation and ablation of Echo, on cohort I alone: cohort II is not even made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from inference.imaging.files import write_atomic
from training.echo import EchoOrder, learnt, lesson_for, run_of
from training.echo_cases import NAMES, Patients, phantoms
from training.echo_folds import split
from training.echo_measures import Cohort, Values, correlation, gain_in_correlation, mean_correlation
from training.echo_recipe import VARIANTS, recipe_to_json, variant_of
from training.evaluate import Interval
from training.figures.sheets import Cell, Sheet, write_workbook
from training.fit import LOG

SAYS: Mapping[str, str] = {
    "full": "attention over frames and views by content, each mixed with the mean by a learned gate",
    "no_temporal": "the mean over frames; attention over views",
    "no_fusion": "attention over frames; the mean over views",
    "no_attention": "means over frames and views",
    "no_gates": "attention alone: no mean is mixed in",
    "by_index": "weights by the number of the frame and the name of the view, as published",
}
POOLED = "all folds"
_THREE = ("r", "low", "high")


@dataclass(frozen=True, eq=False)
class Judged:
    """A network's word on patients that it never saw: (n, 9) true and predicted, in units."""

    truth: Values
    predicted: Values
    seed: int

    @property
    def mean(self) -> Interval:
        """Mean of the nine signed correlations."""
        return mean_correlation(self.truth, self.predicted, self.seed)

    @property
    def values(self) -> dict[str, Interval]:
        """Signed correlation of each value."""
        return {name: correlation(self.truth[:, n], self.predicted[:, n]) for n, name in enumerate(NAMES)}

    def to_json(self) -> dict[str, Any]:
        """Its figures as plain values."""
        values = {name: vars(interval) for name, interval in self.values.items()}
        return {"patients": len(self.truth), "mean": vars(self.mean), "values": values}


def cross_validate(order: EchoOrder) -> Mapping[str, Interval]:
    """Every patient of cohort I judged once, by the network of the folds that he is not in."""
    cohort = cohort_1(order)
    found: dict[str, Judged] = {}
    rows: list[tuple[Cell, ...]] = []
    shares = {}
    for fold in range(order.recipe.folds):
        recipe, lesson = lesson_for(replace(order.recipe, fold=fold), cohort)
        network = learnt(recipe, lesson, run_of(order, f"fold-{fold}"))
        name = f"fold {fold + 1}"
        found[name] = judged = _judged(Cohort.of(network, lesson.validation), recipe.seed)
        shares[name] = float(lesson.validation.hypertensive.mean())
        who = split(cohort, recipe.folds, fold, recipe.seed)[1]
        rows += _patients(name, who.tolist(), judged)
        LOG.info("%s  mean correlation %s", name, judged.mean)
    found[POOLED] = _joined(found)
    shares[POOLED] = float(cohort.hypertensive.mean())
    content = {n: {**j.to_json(), "hypertensive": shares[n]} for n, j in found.items()}
    _keep(order, "cross_validation", content, (_summary("Folds", content, "hypertensive"), *_by_value(found),
          Sheet("Patients", "Cohort I, each by the network that never saw him.",
                ("fold", "patient", "value", "true", "predicted"), tuple(rows))))  # fmt: skip
    return {name: judged.mean for name, judged in found.items()}


def ablate(order: EchoOrder) -> Mapping[str, Interval]:
    """Each variant learnt alike from the same pretext, judged on the validation patients of one fold."""
    recipe, lesson = lesson_for(order.recipe, cohort_1(order))
    found: dict[str, Judged] = {}
    for variant in VARIANTS:
        network = learnt(variant_of(recipe, variant), lesson, run_of(order))
        found[variant] = _judged(Cohort.of(network, lesson.validation), recipe.seed)
        LOG.info("%s  mean correlation %s", variant, found[variant].mean)
    whole = found["full"]
    content = {
        name: {
            **judged.to_json(),
            "says": SAYS[name],
            "behind_full": vars(
                gain_in_correlation(whole.truth, whole.predicted, judged.predicted, recipe.seed)
            ),
        }
        for name, judged in found.items()
    }
    _keep(order, "ablation", content, (_summary("Variants", content, "behind_full"), *_by_value(found)))
    return {name: judged.mean for name, judged in found.items()}


def cohort_1(order: EchoOrder) -> Patients:
    """The patients of a study; the recipe is kept beside them."""
    torch.set_num_threads(order.recipe.threads)
    recipe = order.recipe
    write_atomic(order.folder / "recipe.json", json.dumps(recipe_to_json(recipe), indent=1).encode())
    count, folder = recipe.patients["cohort_1"], order.folder / "cases"
    return phantoms(
        "cohort_1", count, recipe.config, folder, report=lambda _f, note: LOG.info("made %s", note)
    )


def _judged(cohort: Cohort, seed: int) -> Judged:
    return Judged(cohort.truth, cohort.predicted(), seed)


def _joined(found: Mapping[str, Judged]) -> Judged:
    some = list(found.values())
    return Judged(
        np.concatenate([j.truth for j in some]), np.concatenate([j.predicted for j in some]), some[0].seed
    )


def _keep(order: EchoOrder, name: str, content: Mapping[str, object], sheets: tuple[Sheet, ...]) -> None:
    write_atomic(order.folder / f"{name}.json", json.dumps(content, indent=1).encode() + b"\n")
    write_workbook(order.folder / f"{name}.xlsx", sheets)


def _summary(name: str, content: Mapping[str, dict[str, Any]], last: str) -> Sheet:
    """One row per fold or variant."""
    rows: list[tuple[Cell, ...]] = []
    for key, entry in content.items():
        extra = entry[last]
        tail = (extra["value"], extra["low"], extra["high"]) if isinstance(extra, dict) else (extra,)
        mean = entry["mean"]
        rows.append(
            (key, entry.get("says", ""), entry["patients"], mean["value"], mean["low"], mean["high"], *tail)
        )
    added = ("behind full", "behind low", "behind high") if last == "behind_full" else ("share with PH",)
    about = "Mean of the nine signed correlations on patients never seen; 95 % intervals by drawing."
    return Sheet(name, about, ("name", "what it is", "patients", *_THREE, *added), tuple(rows))


def _by_value(found: Mapping[str, Judged]) -> tuple[Sheet]:
    rows = tuple(
        (key, name, interval.value, interval.low, interval.high)
        for key, judged in found.items()
        for name, interval in judged.values.items()
    )
    about = "Signed correlation of each value; Fisher's 95 % intervals."
    return (Sheet("By value", about, ("name", "value", *_THREE), rows),)


def _patients(fold: str, who: list[int], judged: Judged) -> list[tuple[Cell, ...]]:
    return [
        (fold, f"I-{patient + 1:04d}", name, float(judged.truth[k, n]), float(judged.predicted[k, n]))
        for k, patient in enumerate(who)
        for n, name in enumerate(NAMES)
    ]
