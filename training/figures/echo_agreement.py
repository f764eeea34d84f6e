"""Where predicted and true values differ: Bland and Altman's limits, and spread that grows with the value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from training.echo_cases import NAMES
from training.evaluate import Interval
from training.figures.agreement import Limits, Spread, holm, limits_of_agreement, spread_of
from training.figures.drawing import COLOURS, GREY, GUIDE, PALE, Drawn, canvas, caption, level, named, points
from training.figures.echo_results import SHORT, EchoResults
from training.figures.echo_values import titled
from training.figures.sheets import Cell, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

UNEVEN = 1.5  # largest over smallest deviation of four groups, from which spread is called uneven
_SURE = 0.05


def bland_altman(results: EchoResults) -> Drawn:
    """Difference against mean, bias and limits with their intervals as bands."""
    figure, panels = canvas(3, 3)
    rows: list[tuple[Cell, ...]] = []
    for axes, name in zip(panels, NAMES, strict=True):
        truth, predicted = results.columns(name)
        limits = limits_of_agreement(truth, predicted)
        for interval, shade in ((limits.low, GREY), (limits.bias, COLOURS[1]), (limits.high, GREY)):
            axes.axhspan(interval.low, interval.high, color=PALE, linewidth=0, zorder=0)
            axes.axhline(interval.value, color=shade, linewidth=1.1, gid=GUIDE)
        points(axes, (truth + predicted) / 2, predicted - truth)
        level(axes, 0)
        named(axes, titled(name), "mean of predicted and true", "predicted - true")
        rows.append((SHORT[name], *_numbers(limits)))
    caption(figure, "orange: bias; grey: 95 % limits of agreement; bands: their 95 % intervals")
    columns = (
        "value", "bias", "bias low", "bias high", "lower limit", "lower limit low", "lower limit high",
        "upper limit", "upper limit low", "upper limit high", "SD of differences", "slope on mean",
        "slope low", "slope high", "p of slope",
    )  # fmt: skip
    about = (
        "Predicted less true; limits: bias ± 1.96 SD (n - 1); Student's 95 % intervals; slope on the mean."
    )
    return Drawn("bland_altman", figure, (Sheet("Bland-Altman", about, columns, tuple(rows)),))


def heteroscedasticity(results: EchoResults) -> Drawn:
    """Residuals against true values with their deviation in four groups, and Breusch and Pagan's test."""
    figure, panels = canvas(3, 3)
    spreads = {name: spread_of(*results.columns(name)) for name in NAMES}
    corrected = holm(np.array([spread.p for spread in spreads.values()]))
    summary: list[tuple[Cell, ...]] = []
    groups: list[tuple[Cell, ...]] = []
    residuals: list[tuple[Cell, ...]] = []
    for axes, (name, spread), p in zip(panels, spreads.items(), corrected, strict=True):
        truth = results.columns(name)[0]
        points(axes, truth, spread.residuals)
        _steps(axes, spread)
        level(axes, 0)
        named(axes, titled(name), "true", "residual")
        axes.text(0.03, 0.98, f"BP {spread.lm:.1f}, p {_p(float(p))}; SD ratio {spread.ratio:.1f}",
                  transform=axes.transAxes, va="top", fontsize=6.5)  # fmt: skip
        axes.margins(y=0.16)
        uneven = spread.ratio > UNEVEN or p < _SURE
        summary.append((SHORT[name], spread.lm, spread.p, float(p), spread.rank, spread.rank_p, spread.ratio,
                        "uneven" if uneven else "even"))  # fmt: skip
        groups += _groups(name, spread)
        residuals += [
            (SHORT[name], *row)
            for row in zip(results.patients, truth.tolist(), spread.residuals.tolist(), strict=True)
        ]
    caption(
        figure,
        "orange: one SD of the residuals in each quarter; BP: Breusch-Pagan LM with Holm's p over the nine",
    )
    return Drawn(
        "heteroscedasticity", figure, (_summary(summary), _group_sheet(groups), _residual_sheet(residuals))
    )


def _numbers(limits: Limits) -> tuple[float, ...]:
    def three(interval: Interval) -> tuple[float, float, float]:
        return interval.value, interval.low, interval.high

    return (*three(limits.bias), *three(limits.low), *three(limits.high), limits.spread, *three(limits.slope),
            limits.slope_p)  # fmt: skip


def _steps(axes: Axes, spread: Spread) -> None:
    """One deviation on either side of nought, in each of the four groups."""
    for n, deviation in enumerate(spread.deviations):
        for height in (deviation, -deviation):
            axes.plot(spread.edges[n : n + 2], [height, height], color=COLOURS[1], linewidth=1.3)


def _groups(name: str, spread: Spread) -> list[tuple[Cell, ...]]:
    return [
        (
            SHORT[name],
            n + 1,
            float(spread.edges[n]),
            float(spread.edges[n + 1]),
            float(deviation),
            -float(deviation),
        )
        for n, deviation in enumerate(spread.deviations)
    ]


def _summary(rows: list[tuple[Cell, ...]]) -> Sheet:
    columns = (
        "value",
        "Breusch-Pagan LM",
        "p",
        "p (Holm)",
        "Spearman |residual|",
        "p of Spearman",
        "SD ratio",
        "spread",
    )
    about = (
        "Breusch-Pagan (studentised): squared residuals on the true value; "
        f"uneven: SD ratio above {UNEVEN:g} or p (Holm) below {_SURE:g}."
    )
    return Sheet("Heteroscedasticity", about, columns, tuple(rows))


def _group_sheet(rows: list[tuple[Cell, ...]]) -> Sheet:
    columns = ("value", "quarter", "true from", "true to", "SD of residuals", "below nought")
    return Sheet("Spread by quarter", "SD of residuals in quarters of the true value.", columns, tuple(rows))


def _residual_sheet(rows: list[tuple[Cell, ...]]) -> Sheet:
    about = "What remains of the prediction beside the straight line of predicted on true."
    return Sheet("Residuals", about, ("value", "patient", "true", "residual"), tuple(rows))


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
