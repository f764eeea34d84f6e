"""`negatoscope compare`: two studies of one patient."""

from __future__ import annotations

from pathlib import Path

from app.actions.explaining import refuse_unknown_target
from app.actions.opening import open_study
from app.comparison import Comparison, compare_studies
from app.report.comparison import comparison_report, registration_words, write_comparison
from app.report.request import Request
from app.terminal import OUT, Exit, counted, plain, progress


def run(pre: Path, post: Path, out: Path, request: Request, *, replace: bool) -> int:
    """Compare, write, and print the changes."""
    refuse_unknown_target(request)
    before, after = open_study(pre), open_study(post)
    with progress("Comparing") as report:
        comparison = compare_studies(
            before, after, request.model_key, report, method=request.methods[0], target=request.target
        )
    files = write_comparison(comparison_report(comparison), out, replace=replace)
    print_comparison(comparison)
    OUT.print(plain(f"{counted(len(files), 'file')} written to {out.resolve()}, first of all comparison.pdf"))
    if comparison.not_comparable:
        return Exit.NOT_APPLICABLE
    return Exit.IN_PART if comparison.failures or comparison.registration is None else Exit.DONE


def print_comparison(comparison: Comparison) -> None:
    """Warnings, registration, and every change, the largest first."""
    for warning in comparison.warnings:
        OUT.print(plain(warning), style="yellow")
    OUT.print(plain(f"Registration: {registration_words(comparison)}"))
    if comparison.not_comparable:
        OUT.print(plain(f"{'Every target':32} {comparison.not_comparable}"))
    for change in () if comparison.not_comparable else comparison.changes:
        if change.delta is None:
            OUT.print(plain(f"{change.title:32} {change.words}"))
        else:
            scores = f"{change.before.score:+.2f} → {change.after.score:+.2f} ({change.delta:+.2f})"
            OUT.print(plain(f"{change.title:32} {scores}  {change.words}"))
    OUT.print(plain(comparison.post_prediction.card.caveat), style="yellow")
