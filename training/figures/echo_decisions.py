"""What is decided by the values: abnormal or not by clinical cut-off, and the class of hypertension."""

from __future__ import annotations

import numpy as np

from inference.models.echo_physiology import MPAP
from training.echo_cases import NAMES
from training.figures.agreement import Curve, confusion, curve_of, kappa, roc, share_interval
from training.figures.drawing import (
    COLOURS,
    GREY,
    Drawn,
    canvas,
    identity,
    legend_below,
    named,
    ticks,
    tinted,
)
from training.figures.echo_results import CLASSES, SHORT, TARGETS, EchoResults, Values, classes_of
from training.figures.sheets import Cell, Sheet

_COUNTS = "Blues"


def rocs(results: EchoResults) -> Drawn:
    """Abnormal by the clinical cut-off, low output and index in their own direction; hypertension in grey."""
    figure, panels = canvas(3, 3)
    summary: list[tuple[Cell, ...]] = []
    steps: list[tuple[Cell, ...]] = []
    for axes, name in zip(panels, NAMES, strict=True):
        truth, predicted = results.columns(name)
        target, cut_off = TARGETS[name], cut_off_of(name)
        own = roc(truth, predicted, cut_off, below=target.below)
        other = curve_of(
            results.hypertensive,
            predicted,
            below=target.below,
            called=_called(predicted, cut_off, target.below),
        )
        sign = "<" if target.below else ">"
        identity(axes, 0, 1)
        axes.plot(other.false_positive, other.true_positive, color=GREY, linewidth=1, linestyle=":",
                  label="pulmonary hypertension by this value")  # fmt: skip
        axes.plot(
            own.false_positive, own.true_positive, color=COLOURS[0], linewidth=1.4, label="abnormal value"
        )
        axes.plot(
            *[[rate] for rate in own.at_cut_off], "o", color=COLOURS[1], label="at the clinical cut-off"
        )
        axes.set_aspect("equal")
        named(axes, f"{SHORT[name]} {sign} {cut_off:g} {target.unit}", "1 - specificity", "sensitivity")
        axes.text(0.97, 0.05, _said(own), transform=axes.transAxes, ha="right", fontsize=6.5)
        for question, curve in (("abnormal value", own), ("pulmonary hypertension", other)):
            summary.append((SHORT[name], question, f"{sign} {cut_off:g}", *_summed(curve, len(truth))))
            steps += _steps(name, question, curve)
    legend_below(figure, panels[:1], 3)
    return Drawn("roc", figure, (_summary_sheet(summary), _step_sheet(steps)))


def cut_off_confusions(results: EchoResults) -> Drawn:
    """Abnormal or not, true against said, by the clinical cut-off of each value."""
    figure, panels = canvas(3, 3, (2.6, 2.2))
    rows: list[tuple[Cell, ...]] = []
    for axes, name in zip(panels, NAMES, strict=True):
        truth, predicted = results.columns(name)
        cut_off, below = cut_off_of(name), TARGETS[name].below
        true, said = (_called(values, cut_off, below).astype(np.int64) for values in (truth, predicted))
        table = confusion(true, said, 2)
        tinted(axes, table.astype(float), (0, float(table.max()) or 1.0), _COUNTS)
        ticks(axes, ("normal", "abnormal"), ("normal", "abnormal"))
        named(axes, f"{SHORT[name]} {'<' if below else '>'} {cut_off:g}", "predicted", "true")
        rows.append((SHORT[name], *(int(n) for n in table.ravel()), *_rates(table), kappa(table)))
    columns = (
        "value", "true normal, said normal", "true normal, said abnormal", "true abnormal, said normal",
        "true abnormal, said abnormal", "sensitivity", "low", "high", "specificity", "low ", "high ",
        "Cohen's kappa",
    )  # fmt: skip
    about = "Decisions at the clinical cut-offs; 95 % intervals of Wilson."
    return Drawn("confusion_cut_offs", figure, (Sheet("Confusion cut-offs", about, columns, tuple(rows)),))


def class_confusion(results: EchoResults) -> Drawn:
    """Class of hypertension by the predicted values against that by the true ones."""
    table = confusion(classes_of(results.truth), classes_of(results.predicted), len(CLASSES))
    figure, (axes,) = canvas(1, 1, (4.6, 4.0))
    tinted(axes, table.astype(float), (0, float(max(table.max(), 2))), _COUNTS)
    ticks(axes, CLASSES, CLASSES, turned=30)
    right = share_interval(int(np.trace(table)), int(table.sum()))
    named(axes, f"Class of PH: {right.value:.0%} right, kappa {kappa(table):.2f}",
          "by predicted values", "by true values")  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (label, *(int(n) for n in row)) for label, row in zip(CLASSES, table, strict=True)
    ]
    accuracy = (right.value, right.low, right.high, kappa(table))
    counts = Sheet("Confusion class", "Patients; rows: true class, columns: by predictions (ESC/ERS 2022).",
                   ("true class", *CLASSES), tuple(rows))  # fmt: skip
    summary = Sheet("Class accuracy", "Share of patients in their true class, Wilson's 95 % interval.",
                    ("right", "low", "high", "Cohen's kappa"), (accuracy,))  # fmt: skip
    return Drawn("confusion_class", figure, (counts, summary))


def cut_off_of(name: str) -> float:
    """Clinical cut-off of a value."""
    threshold = TARGETS[name].threshold
    if threshold is None:
        raise ValueError(f"{name} has no cut-off")
    return threshold


def _called(values: Values, cut_off: float, below: bool) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(values < cut_off if below else values > cut_off)


def _said(curve: Curve) -> str:
    area = curve.auroc
    if not np.isfinite(area.value):
        return f"{curve.abnormal} abnormal: no curve"
    return f"AUROC {area.value:.2f} ({area.low:.2f} to {area.high:.2f})"


def _summed(curve: Curve, patients: int) -> tuple[Cell, ...]:
    area, (false, true) = curve.auroc, curve.at_cut_off
    return patients, curve.abnormal, area.value, area.low, area.high, true, 1 - false, false


def _rates(table: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> tuple[float, ...]:
    """Sensitivity and specificity, each with its interval."""
    (right_no, false_yes), (false_no, right_yes) = table.tolist()
    both = share_interval(right_yes, right_yes + false_no), share_interval(right_no, right_no + false_yes)
    return tuple(value for i in both for value in (i.value, i.low, i.high))


def _steps(name: str, question: str, curve: Curve) -> list[tuple[Cell, ...]]:
    return [
        (SHORT[name], question, float(cut), float(false), float(true))
        for cut, false, true in zip(curve.cut_offs, curve.false_positive, curve.true_positive, strict=True)
    ]


def _summary_sheet(rows: list[tuple[Cell, ...]]) -> Sheet:
    columns = ("value", "question", "said abnormal", "patients", "abnormal", "AUROC", "low", "high",
               "sensitivity at cut-off", "specificity at cut-off", "1 - specificity")  # fmt: skip
    about = (
        f"Abnormal as the cut-off says, or mean pressure above {cut_off_of(MPAP):g} mmHg; "
        "for output and index low predictions speak for abnormal."
    )
    return Sheet("ROC", about, columns, tuple(rows))


def _step_sheet(rows: list[tuple[Cell, ...]]) -> Sheet:
    columns = ("value", "question", "cut-off", "1 - specificity", "sensitivity")
    return Sheet("ROC steps", "Every step of every curve.", columns, tuple(rows))
