"""All analyses of a trained echo model in one folder: figures as EPS, PNG and TIFF, numbers as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from inference.progress import Report, silent
from training.figures.drawing import Drawn, write_figure
from training.figures.echo_agreement import bland_altman, heteroscedasticity
from training.figures.echo_decisions import class_confusion, cut_off_confusions, rocs
from training.figures.echo_neighbours import neighbours
from training.figures.echo_results import EchoResults, read_results
from training.figures.echo_studies import studies
from training.figures.echo_values import (
    correlations,
    patients_sheet,
    scatter,
    scatter_by_class,
    together,
    values_sheet,
    views,
)
from training.figures.learning import learning_curves
from training.figures.sheets import write_workbook

WORKBOOK = "echo_figures.xlsx"
ANALYSES: tuple[Callable[[EchoResults], Drawn], ...] = (
    correlations, together, scatter, scatter_by_class, bland_altman, heteroscedasticity, rocs,
    cut_off_confusions, class_confusion, views, neighbours,
)  # fmt: skip


def write_figures(
    run: Path, out: Path, model: Path | None = None, report: Report = silent
) -> tuple[Path, ...]:
    """Every figure and the workbook of one run in `out`; the paths."""
    return write_analyses(read_results(run, model), out, report)


def write_analyses(results: EchoResults, out: Path, report: Report = silent) -> tuple[Path, ...]:
    """The same from results at hand."""
    sheets = [values_sheet(), patients_sheet(results)]
    paths: list[Path] = []
    for n, drawn in enumerate(analyses(results)):
        report(min(n / (len(ANALYSES) + 3), 1.0), drawn.name)
        paths += write_figure(drawn, out)
        sheets += drawn.sheets
    write_workbook(out / WORKBOOK, sheets)
    return (*paths, out / WORKBOOK)


def analyses(results: EchoResults) -> Iterator[Drawn]:
    """One after the other: learning curves and studies only where the run has kept them."""
    if results.stages:
        yield learning_curves(results.stages)
    for analysis in ANALYSES:
        yield analysis(results)
    yield from studies(results)
