"""The nine values against the truth: signed correlations, scatter, and how the values hang together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from training.echo_cases import NAMES
from training.echo_measures import correlation, mean_correlation
from training.evaluate import Interval
from training.figures.drawing import (
    GUIDE,
    SIGNED,
    Drawn,
    canvas,
    colour_bar,
    identity,
    legend_below,
    level,
    named,
    points,
    ticks,
    tinted,
    whiskers,
)
from training.figures.echo_results import CLASSES, SHORT, TARGETS, EchoResults, Values, classes_of
from training.figures.sheets import Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GOAL = 0.6  # correlation that each value should reach


def patients_sheet(results: EchoResults) -> Sheet:
    """Every patient and value: true, predicted, what is made of the two, and the class by either."""
    true, said = classes_of(results.truth), classes_of(results.predicted)
    rows = [
        (patient, SHORT[name], results.truth[k, n], results.predicted[k, n],
         results.predicted[k, n] - results.truth[k, n], (results.predicted[k, n] + results.truth[k, n]) / 2,
         CLASSES[true[k]], CLASSES[said[k]])
        for n, name in enumerate(NAMES)
        for k, patient in enumerate(results.patients)
    ]  # fmt: skip
    columns = (
        "patient",
        "value",
        "true",
        "predicted",
        "difference",
        "mean of both",
        "true class",
        "said class",
    )
    about = "Held-out patients (cohort II), untouched by winsorising; units as in the sheet Values."
    return Sheet("Patients", about, columns, tuple(rows))


def values_sheet() -> Sheet:
    """What the nine values are."""
    rows = tuple(
        (SHORT[t.name], t.title, t.unit, t.threshold, "below" if t.below else "above")
        for t in TARGETS.values()
    )
    columns = ("value", "title", "unit", "clinical cut-off", "abnormal is")
    return Sheet("Values", "The nine values, their units and clinical cut-offs.", columns, rows)


def correlations(results: EchoResults) -> Drawn:
    """Pearson's r of each value with its sign and interval; the mean of the nine below."""
    found = [correlation(*results.columns(name)) for name in NAMES]
    mean = mean_correlation(results.truth, results.predicted)
    return dotted(
        "correlations", "Correlation of predicted with true values",
        dict(zip([*(SHORT[n] for n in NAMES), "mean of nine"], [*found, mean], strict=True)),
        Sheet("Correlations", "Signed Pearson correlations; Fisher's 95 % intervals; the mean's by drawing.",
              ("value", "r", "low", "high"), ()),
    )  # fmt: skip


def views(results: EchoResults) -> Drawn:
    """Mean correlation where one view is kept from the network."""
    everything = {"all views": mean_correlation(results.truth, results.predicted)}
    return dotted(
        "views_left_out", "Mean correlation of the nine values",
        {**everything, **{f"without {view}": i for view, i in results.without.items()}},
        Sheet("Views left out", "Mean signed correlation; 95 % intervals by drawing patients.",
              ("views", "r", "low", "high"), ()),
    )  # fmt: skip


def dotted(name: str, title: str, intervals: Mapping[str, Interval], empty: Sheet) -> Drawn:
    """Intervals one under the other, nought and the goal as lines; their numbers fill the sheet."""
    figure, (axes,) = canvas(1, 1, (5.2, 0.9 + 0.3 * len(intervals)))
    whiskers(axes, range(len(intervals)), list(intervals.values()))
    axes.set_yticks(range(len(intervals)), list(intervals))
    lowest = min([0.0, *(i.low for i in intervals.values())])
    axes.set_xlim(1.05 * lowest - 0.02, 1.02)
    level(axes, 0, upright=True)
    level(axes, GOAL, upright=True)
    named(axes, title, "r with its 95 % interval; dashed: 0 and 0.6")
    rows = tuple((key, i.value, i.low, i.high) for key, i in intervals.items())
    return Drawn(name, figure, (Sheet(empty.name, empty.about, empty.columns, rows),))


def together(results: EchoResults) -> Drawn:
    """How the nine values hang together: among predictions, and among true values, with signs."""
    figure, panels = canvas(1, 2, (4.0, 3.6))
    shorts = [SHORT[name] for name in NAMES]
    sheets = []
    for axes, (title, values) in zip(
        panels, (("Predicted", results.predicted), ("True", results.truth)), strict=True
    ):
        matrix = np.corrcoef(values.T)
        shade = tinted(axes, matrix, (-1, 1), SIGNED)
        named(axes, f"{title} values among themselves")
        ticks(axes, shorts, shorts)
        sheets.append(_pairs(title, values, matrix))
    colour_bar(figure, shade, panels, "Pearson's r")
    return Drawn("correlation_matrix", figure, tuple(sheets))


def scatter(results: EchoResults) -> Drawn:
    """Predicted against true, with the identity and the straight line of predicted on true."""
    figure, panels = canvas(3, 3)
    rows = []
    for axes, name in zip(panels, NAMES, strict=True):
        truth, predicted = results.columns(name)
        points(axes, truth, predicted)
        rows.append(_line(axes, name, truth, predicted))
        _framed(axes, name, truth, predicted)
    columns = ("value", "slope", "intercept", "r", "low", "high", "from", "to", "line at from", "line at to")
    about = "The straight line of predicted on true values, where the figure draws it; r with its interval."
    return Drawn("scatter", figure, (Sheet("Scatter lines", about, columns, tuple(rows)),))


def scatter_by_class(results: EchoResults) -> Drawn:
    """The same by true class of pulmonary hypertension, with the clinical cut-offs."""
    figure, panels = canvas(3, 3)
    kinds = classes_of(results.truth)
    for axes, name in zip(panels, NAMES, strict=True):
        truth, predicted = results.columns(name)
        for kind in np.unique(kinds):
            own = kinds == kind
            points(axes, truth[own], predicted[own], int(kind), CLASSES[kind])
        cut_off = TARGETS[name].threshold
        if cut_off is not None:
            level(axes, cut_off)
            level(axes, cut_off, upright=True)
        _framed(axes, name, truth, predicted)
    legend_below(figure, panels[:1], len(CLASSES))
    counts = tuple((label, int((kinds == n).sum())) for n, label in enumerate(CLASSES))
    sheet = Sheet("Classes", "Held-out patients by true class (ESC/ERS 2022).", ("class", "patients"), counts)
    return Drawn("scatter_by_class", figure, (sheet,))


def titled(name: str) -> str:
    """Short name and unit of a value."""
    return f"{SHORT[name]}, {TARGETS[name].unit}"


def _framed(axes: Axes, name: str, truth: Values, predicted: Values) -> None:
    low, high = (float(f([f(truth), f(predicted)])) for f in (np.min, np.max))
    room = 0.05 * (high - low)
    identity(axes, low - room, high + room)
    axes.set_xlim(low - room, high + room)
    axes.set_ylim(low - room, high + room)
    named(axes, titled(name), "true", "predicted")


def _line(axes: Axes, name: str, truth: Values, predicted: Values) -> tuple[str | float, ...]:
    line, r = stats.linregress(truth, predicted), correlation(truth, predicted)
    ends = np.array([truth.min(), truth.max()])
    heights = line.intercept + line.slope * ends
    axes.plot(ends, heights, color="#D55E00", linewidth=1.2)
    axes.text(0.04, 0.96, f"r {r.value:.2f} ({r.low:.2f} to {r.high:.2f})", transform=axes.transAxes,
              va="top", fontsize=7, color="black", gid=GUIDE)  # fmt: skip
    return (SHORT[name], float(line.slope), float(line.intercept), r.value, r.low, r.high,
            *(float(x) for x in (*ends, *heights)))  # fmt: skip


def _pairs(title: str, values: Values, matrix: Values) -> Sheet:
    rows = []
    for a, one in enumerate(NAMES):
        for b, other in enumerate(NAMES):
            r = correlation(values[:, a], values[:, b])
            rows.append((SHORT[one], SHORT[other], float(matrix[a, b]), r.low, r.high))
    about = f"Correlations among the {title.lower()} values of the held-out patients, with their signs."
    return Sheet(f"Among {title.lower()}", about, ("value", "other", "r", "low", "high"), tuple(rows))
