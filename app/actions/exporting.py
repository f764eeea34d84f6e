"""`negatoscope export`: reports of many studies, overnight."""

from __future__ import annotations

from pathlib import Path

from app.report.batch import BatchResult, Cluster, export
from app.report.batch_tables import by_reason
from app.report.request import Request
from app.terminal import ERR, OUT, Exit, counted, plain, progress


def run(source: Path, out: Path, request: Request, *, workers: int, address: str) -> int:
    """Export and print how it ended; studies.csv and failed.csv have the same in tables."""
    with progress("Exporting") as report:
        result = export(source, out, request, Cluster(workers, address), report)
    for reason, hint, count in by_reason(result.unanswered):
        studies = counted(count, "study", "studies")
        ERR.print(plain(f"{studies} written without a model's answer: {_sentence(reason)} {hint}".rstrip()))
    for entry in result.failed:
        ERR.print(plain(f"{entry.source} failed: {entry.reason} {entry.hint}"))
    for refusal in result.refused:
        ERR.print(plain(f"{refusal.path} refused: {refusal.reason}"))
    OUT.print(plain(summary(result, out)))
    return exit_code(result)


def exit_code(result: BatchResult) -> int:
    """Not applicable where the model answered for no study, in part where something failed."""
    if not (result.done or result.already or result.unanswered):
        return Exit.BAD_INPUT
    if result.failed or result.refused:
        return Exit.IN_PART
    return Exit.DONE if result.done or result.already else Exit.NOT_APPLICABLE


def summary(result: BatchResult, out: Path) -> str:
    """One line: written now, written without an answer, failed, written before, refused."""
    return (
        f"{counted(result.done, 'study', 'studies')} written, "
        f"{len(result.unanswered)} written without a model's answer, {len(result.failed)} failed, "
        f"{result.already} were there already, {counted(len(result.refused), 'file')} refused; "
        f"{out.resolve()} holds studies.csv, failed.csv and manifest.jsonl"
    )


def _sentence(words: str) -> str:
    return words if words.endswith((".", "!", "?")) else f"{words}."
