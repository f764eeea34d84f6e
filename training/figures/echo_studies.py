"""Cross-validation and ablation as figures, from what a run has kept of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from training.echo_cases import NAMES
from training.evaluate import Interval
from training.figures.drawing import (
    MEASURED,
    Drawn,
    canvas,
    colour_bar,
    level,
    named,
    ticks,
    tinted,
    whiskers,
)
from training.figures.echo_results import SHORT, EchoResults
from training.figures.sheets import Cell, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_THREE = ("r", "low", "high")
_AXIS = "mean r with its 95 % interval"


def studies(results: EchoResults) -> tuple[Drawn, ...]:
    """Figures of the studies that the run has done; none of those that it has not."""
    found = [ablation(results.ablation)] if results.ablation else []
    return (*found, folds(results.folds)) if results.folds else tuple(found)


def ablation(kept: Mapping[str, Any]) -> Drawn:
    """Six variants: mean correlation, how far each is behind the whole network, and value by value."""
    figure, panels = canvas(1, 3, (3.9, 3.2))
    names = list(kept)
    means = [_interval(kept[name]["mean"]) for name in names]
    behind = [_interval(kept[name]["behind_full"]) for name in names]
    _rows_of(panels[0], names, means, "mean correlation", _AXIS)
    _rows_of(
        panels[1], names[1:], behind[1:], "behind the whole network", "difference in mean r, same patients"
    )
    level(panels[1], 0, upright=True)
    values = _matrix(kept, names)
    shade = tinted(panels[2], values, (min(0.0, float(values.min())), 1.0), MEASURED)
    ticks(panels[2], [SHORT[n] for n in NAMES], names, turned=45)
    named(panels[2], "r by value")
    colour_bar(figure, shade, panels[2], "r")
    rows: list[tuple[Cell, ...]] = [
        (
            name,
            str(kept[name]["says"]),
            int(kept[name]["patients"]),
            m.value,
            m.low,
            m.high,
            b.value,
            b.low,
            b.high,
        )
        for name, m, b in zip(names, means, behind, strict=True)
    ]
    columns = ("variant", "what it is", "patients", *_THREE, "behind full", "behind low", "behind high")
    about = "Validation patients of one fold of cohort I; paired 95 % intervals by drawing patients."
    return Drawn(
        "ablation", figure, (Sheet("Ablation", about, columns, tuple(rows)), _by_value("Ablation", kept))
    )


def folds(kept: Mapping[str, Any]) -> Drawn:
    """Folds of the cross-validation: mean correlation, and value by value."""
    figure, panels = canvas(1, 2, (4.2, 3.2))
    names = list(kept)
    means = [_interval(kept[name]["mean"]) for name in names]
    _rows_of(panels[0], names, means, "cross-validation: mean correlation", _AXIS)
    values = _matrix(kept, names)
    shade = tinted(panels[1], values, (min(0.0, float(values.min())), 1.0), MEASURED)
    ticks(panels[1], [SHORT[n] for n in NAMES], names, turned=45)
    named(panels[1], "r by value")
    colour_bar(figure, shade, panels[1], "r")
    rows: list[tuple[Cell, ...]] = [
        (name, int(kept[name]["patients"]), float(kept[name]["hypertensive"]), m.value, m.low, m.high)
        for name, m in zip(names, means, strict=True)
    ]
    about = "Patients of cohort I, each judged by the network of the other folds; folds alike in PH."
    sheet = Sheet("Folds", about, ("fold", "patients", "share with PH", *_THREE), tuple(rows))
    return Drawn("cross_validation", figure, (sheet, _by_value("Folds", kept)))


def _rows_of(axes: Axes, names: list[str], intervals: list[Interval], title: str, x: str) -> None:
    whiskers(axes, range(len(names)), intervals)
    axes.set_yticks(range(len(names)), names)
    named(axes, title, x)


def _matrix(kept: Mapping[str, Any], names: list[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([[kept[name]["values"][value]["value"] for value in NAMES] for name in names])


def _by_value(what: str, kept: Mapping[str, Any]) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for name in kept:
        for value in NAMES:
            r = _interval(kept[name]["values"][value])
            rows.append((name, SHORT[value], r.value, r.low, r.high))
    return Sheet(
        f"{what} by value",
        "Signed correlations with Fisher's intervals.",
        ("name", "value", *_THREE),
        tuple(rows),
    )


def _interval(kept: Mapping[str, float]) -> Interval:
    return Interval(float(kept["value"]), float(kept["low"]), float(kept["high"]))
