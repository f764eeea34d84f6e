"""`negatoscope export`: reports of many studies, overnight."""

from __future__ import annotations

from pathlib import Path

from app.report.batch import BatchResult, Cluster, export
from app.report.request import Request
from app.terminal import ERR, OUT, Exit, counted, plain, progress


def run(source: Path, out: Path, request: Request, *, workers: int, address: str) -> int:
    """Export and print how it ended; failed.csv has the same in a table."""
    with progress("Exporting") as report:
        result = export(source, out, request, Cluster(workers, address), report)
    for entry in result.failed:
        ERR.print(plain(f"{entry.source}: {entry.reason} {entry.hint}"))
    for refusal in result.refused:
        ERR.print(plain(f"{refusal.path}: {refusal.reason}"))
    OUT.print(plain(summary(result, out)))
    if not (result.done or result.already):
        return Exit.BAD_INPUT
    return Exit.IN_PART if result.failed or result.refused else Exit.DONE


def summary(result: BatchResult, out: Path) -> str:
    """One line: written now, written before, failed, refused."""
    return (
        f"{counted(result.done, 'study', 'studies')} written, {result.already} were there already, "
        f"{len(result.failed)} failed, "
        f"{counted(len(result.refused), 'file')} refused; {out.resolve()} holds manifest.jsonl and failed.csv"
    )
