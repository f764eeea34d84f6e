"""All analyses of a trained cardiac model in one folder: figures as EPS, PNG and TIFF, and a workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from inference.imaging.files import write_atomic
from inference.progress import Report, silent
from training.figures.cardiac_places import attention, embeddings
from training.figures.cardiac_results import CardiacResults, read_results
from training.figures.cardiac_values import agreement, by_prompt, conditions, few_labels, subgroups
from training.figures.drawing import Drawn, write_figure
from training.figures.learning import learning_curves
from training.figures.sheets import Sheet, csv_of, write_workbook

WORKBOOK = "cardiac_figures.xlsx"
ANALYSES: tuple[Callable[[CardiacResults], Drawn], ...] = (
    agreement, conditions, attention, subgroups, embeddings,
)  # fmt: skip


def write_figures(
    run: Path, out: Path, model: Path | None = None, report: Report = silent
) -> tuple[Path, ...]:
    """Every figure, each table as CSV, and the workbook of one run in `out`; the paths."""
    return write_analyses(read_results(run, model), out, report)


def write_analyses(results: CardiacResults, out: Path, report: Report = silent) -> tuple[Path, ...]:
    """The same from results at hand."""
    sheets: list[Sheet] = []
    paths: list[Path] = []
    for n, drawn in enumerate(analyses(results)):
        report(n / (len(ANALYSES) + 3), drawn.name)
        paths += write_figure(drawn, out)
        sheets += drawn.sheets
    for sheet in sheets:
        paths.append(out / f"{sheet.name.lower().replace(' ', '_').replace('-', '_')}.csv")
        write_atomic(paths[-1], csv_of(sheet))
    write_workbook(out / WORKBOOK, sheets)
    return (*paths, out / WORKBOOK)


def analyses(results: CardiacResults) -> Iterator[Drawn]:
    """One after the other; what the run has kept no state of is left out."""
    if results.stages:
        yield learning_curves(results.stages)
    for analysis in ANALYSES:
        yield analysis(results)
    if results.by_prompt:
        yield by_prompt(results)
    if results.few_labels:
        yield few_labels(results)
