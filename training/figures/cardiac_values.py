"""Measures and conditions of cardiac studies: agreement, discrimination, calibration, groups, few labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from training.calibration import calibrated, reliability_table
from training.cardiac_measures import LOW_EF, condition_figures
from training.evaluate import Interval, auroc_interval
from training.figures.agreement import limits_of_agreement
from training.figures.cardiac_results import Array, CardiacResults, label_of
from training.figures.drawing import (
    COLOURS,
    GREY,
    GUIDE,
    PALE,
    Drawn,
    canvas,
    caption,
    identity,
    level,
    named,
    points,
    whiskers,
)
from training.figures.sheets import Cell, Sheet
from training.phantoms.heart import MEASURES
from training.ventricle_measures import mean_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNITS = {"lvef": "%", "lvedv": "mL", "lvesv": "mL", "wall": "mm", "rvedv": "mL"}
SHORT = {"lvef": "LVEF", "lvedv": "LV EDV", "lvesv": "LV ESV", "wall": "wall", "rvedv": "RV EDV"}
_THREE = ("value", "low", "high")
_LEAST = 5  # studies in a row of the table of groups


def agreement(results: CardiacResults) -> Drawn:
    """Predicted against true above, difference against mean below, for each measure."""
    figure, panels = canvas(2, len(MEASURES), (2.4, 2.3))
    rows: list[tuple[Cell, ...]] = []
    summary: list[tuple[Cell, ...]] = []
    for n, name in enumerate(MEASURES):
        truth, predicted = results.test.truth[:, n], results.test.measures[:, n]
        limits = limits_of_agreement(truth, predicted)
        points(panels[n], truth, predicted)
        identity(panels[n], float(truth.min()), float(truth.max()))
        named(panels[n], f"{SHORT[name]}, {UNITS[name]}", "true", "predicted")
        below = panels[n + len(MEASURES)]
        three = (limits.bias, limits.low, limits.high)
        for interval, shade in zip(three, (COLOURS[1], GREY, GREY), strict=True):
            below.axhspan(interval.low, interval.high, color=PALE, linewidth=0, zorder=0)
            below.axhline(interval.value, color=shade, linewidth=1.1, gid=GUIDE)
        points(below, (truth + predicted) / 2, predicted - truth)
        named(below, "", "mean of both", "predicted - true")
        summary.append((SHORT[name], UNITS[name], float(np.abs(predicted - truth).mean()),
                        float(np.corrcoef(truth, predicted)[0, 1]), limits.spread,
                        *(v for i in three for v in (i.value, i.low, i.high))))  # fmt: skip
        rows += [(k + 1, SHORT[name], *(float(v) for v in (t, p, p - t, (t + p) / 2)))
                 for k, (t, p) in enumerate(zip(truth, predicted, strict=True))]  # fmt: skip
    caption(figure, "orange: bias; grey: 95 % limits of agreement; bands: their 95 % intervals")
    columns = ("measure", "unit", "MAE", "r", "SD of differences", "bias", "bias low", "bias high",
               "lower limit", "lower low", "lower high", "upper limit", "upper low",
               "upper high")  # fmt: skip
    return Drawn("agreement", figure, (
        Sheet("Agreement", "Held-out studies; Bland and Altman's limits.", columns, tuple(summary)),
        Sheet("Studies", "Every held-out study and measure.",
              ("study", "measure", "true", "predicted", "difference", "mean of both"), tuple(rows)),
    ))  # fmt: skip


def conditions(results: CardiacResults) -> Drawn:
    """How well each condition is told apart, and how the calibrated probabilities hold."""
    figures = condition_figures(results.validation, results.test)
    figure, panels = canvas(2, 4, (2.4, 2.3))
    rows: list[tuple[Cell, ...]] = []
    bins: list[tuple[Cell, ...]] = []
    whiskers(panels[0], range(len(figures)), [found.auroc for found in figures])
    panels[0].set_yticks(range(len(figures)), [label_of(found.name) for found in figures])
    level(panels[0], 0.5, upright=True)
    named(panels[0], "AUROC", "95 % interval; dashed: by chance")
    for n, (axes, found) in enumerate(zip(panels[1:], figures, strict=True)):
        probability = calibrated(results.test.logits[:, n], found.calibration)
        bins += _reliability(axes, found.name, results.test.conditions[:, n], probability)
        named(axes, f"{label_of(found.name)}: ECE {found.ece:.3f}", "said", "share that has it")
        rows.append((found.name, found.positives, len(probability), found.auroc.value, found.auroc.low,
                     found.auroc.high, *found.calibration, found.ece))  # fmt: skip
    columns = ("condition", "positives", "studies", "AUROC", "low", "high", "slope", "intercept", "ECE")
    about = (
        "Held-out studies; slope and intercept of Platt's calibration come from the validation studies alone."
    )
    return Drawn("conditions", figure, (
        Sheet("Conditions", about, columns, tuple(rows)),
        Sheet("Calibration", "Ten bins of the calibrated probability.",
              ("condition", "from", "to", "studies", "mean probability", "share that has it"), tuple(bins)),
    ))  # fmt: skip


def subgroups(results: CardiacResults) -> Drawn:
    """Error of LVEF, its bias, and telling a low LVEF apart, by site, sex, age and group."""
    table = subgroup_table(results)
    rows = table.rows
    figure, panels = canvas(1, 2, (3.6, 0.8 + 0.22 * len(rows)))
    names = [f"{row[0]}: {label_of(str(row[1]))} ({row[2]})" for row in rows]
    for axes, start, title, nothing in (
        (panels[0], 3, "LVEF: mean absolute error, points", None), (panels[1], 6, "LVEF: bias, points", 0.0),
    ):  # fmt: skip
        intervals = [Interval(*(float(v) for v in row[start : start + 3] if v is not None)) for row in rows]
        whiskers(axes, range(len(names)), intervals)
        axes.set_yticks(range(len(names)), names if axes is panels[0] else [""] * len(names))
        if nothing is not None:
            level(axes, nothing, upright=True)
        named(axes, title, "95 % interval")
    return Drawn("subgroups", figure, (table,))


def subgroup_table(results: CardiacResults) -> Sheet:
    """One row per stratum with enough studies; no AUROC where one kind is missing."""
    wrong = results.test.measures[:, 0] - results.test.truth[:, 0]
    low = results.test.truth[:, 0] < LOW_EF
    rows: list[tuple[Cell, ...]] = []
    for kind, names in _strata(results).items():
        for name in sorted(set(names)):
            inside = np.array([n == name for n in names])
            if inside.sum() < _LEAST:
                continue
            area = auroc_interval(low[inside], -results.test.measures[inside, 0])
            error, bias = mean_interval(np.abs(wrong[inside])), mean_interval(wrong[inside])
            rows.append(
                (kind, name, int(inside.sum()), *_of(error), *_of(bias), int(low[inside].sum()), *_of(area))
            )
    columns = ("stratum", "is", "studies", "MAE", "MAE low", "MAE high", "bias", "bias low", "bias high",
               f"LVEF below {LOW_EF:g}", "AUROC", "AUROC low", "AUROC high")  # fmt: skip
    return Sheet("Subgroups", "LVEF in points; 95 % intervals by drawing studies.", columns, tuple(rows))


def by_prompt(results: CardiacResults) -> Drawn:
    """Conditions told by two sentences, no label seen."""
    found = {name: auroc_interval(truth, score) for name, (truth, score) in results.by_prompt.items()}
    counts = {name: int(truth.sum()) for name, (truth, _) in results.by_prompt.items()}
    about = "AUROC of likeness to a sentence for less one against; the encoder had seen reports, no label."
    return _column(
        "zero_shot", "Zero-shot by prompt: AUROC", found, ("Zero-shot", about, "condition"), 0.5, counts
    )


def few_labels(results: CardiacResults) -> Drawn:
    """Error of LVEF by the share of labels that the heads learned from, on the encoder before tuning."""
    found = {name: mean_interval(errors) for name, errors in results.few_labels.items()}
    counts = {name: len(errors) for name, errors in results.few_labels.items()}
    about = "Mean absolute error of LVEF in points on held-out studies; 95 % intervals by drawing studies."
    title = "LVEF error by share of the labels, points"
    return _column("few_labels", title, found, ("Few labels", about, "labels"), None, counts)


def _column(
    name: str, title: str, found: Mapping[str, Interval], sheet: tuple[str, str, str], nothing: float | None,
    counts: Mapping[str, int],
) -> Drawn:  # fmt: skip
    figure, (axes,) = canvas(1, 1, (4.6, 0.9 + 0.3 * len(found)))
    whiskers(axes, range(len(found)), list(found.values()))
    axes.set_yticks(range(len(found)), [label_of(key) for key in found])
    if nothing is not None:
        level(axes, nothing, upright=True)
    named(axes, title, "95 % interval")
    rows = tuple((key, counts[key], *_of(interval)) for key, interval in found.items())
    return Drawn(name, figure, (Sheet(sheet[0], sheet[1], (sheet[2], "studies", *_THREE), rows),))


def _reliability(
    axes: Axes, name: str, truth: Array | np.ndarray[tuple[int], np.dtype[np.bool_]], probability: Array
) -> list[tuple[Cell, ...]]:
    table = reliability_table(truth, probability)
    filled = [row for row in table if row.count]
    identity(axes, 0, 1)
    said, share = (
        [getattr(row, field) for row in filled] for field in ("mean_probability", "share_positive")
    )
    axes.plot(said, share, "o-", color=COLOURS[0], linewidth=1, markersize=4)
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    return [(name, row.low, row.high, row.count, row.mean_probability, row.share_positive) for row in table]


def _strata(results: CardiacResults) -> dict[str, Sequence[str]]:
    who = results.studies
    decades = [f"{20 * (age // 20)} to {20 * (age // 20) + 19}" for age in who.ages.tolist()]
    return {"site": who.sites, "sex": who.sexes, "age": decades, "group": who.groups}


def _of(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high
