"""`negatoscope review`: one study, its report in a folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.actions.opening import open_study
from app.report.content import Review, ordered, score_words, state_words
from app.report.request import Request
from app.report.review import review_study, write_review
from app.terminal import ERR, OUT, Exit, counted, plain, progress
from app.workbench.fitting import installed, models_for
from inference.imaging.study import Study
from inference.prediction import Prediction, State
from inference.progress import share

READS_VIEWS = ("cardiac", "echo")
_NAME_THE_VIEW = 'If a loop shows a standard view, say so, for example: --view "{}=A4C"'


def run(path: Path, out: Path, request: Request, *, uid: str, over: bool, dicom: bool = False) -> int:
    """Review, write, and print what was found in a few lines; `dicom` adds DICOM objects."""
    study = open_study(path, uid)
    with progress("Reviewing") as report:
        review = review_study(study, fitted(request, study), report)
    files = write_review(review, out, replace=over)
    print_review(review)
    OUT.print(plain(f"{counted(len(files), 'file')} written to {out.resolve()}, first of all report.pdf"))
    code = exit_code(review)
    return max(code, _write_dicom(review, out)) if dicom else code


def fitted(request: Request, study: Study) -> Request:
    """The request with a model: the one that was named, else the first that fits the study."""
    if request.model_key:
        return request
    fitting = models_for(study, installed())
    if len(fitting) > 1:
        others = ", ".join(card.key for card in fitting[1:])
        ERR.print(
            plain(f"{fitting[0].title} reads it; --model names another that may: {others}"), style="dim"
        )
    return replace(request, model_key=fitting[0].key if fitting else Request().model_key)


def _write_dicom(review: Review, out: Path) -> int:
    """Add the DICOM objects; in part where one could not be written."""
    from app.report.dicom import write_dicom
    from app.report.drawings import with_drawings

    with progress("Writing DICOM") as report:
        drawn = with_drawings(review, share(report, 0.0, 0.5))
        written, left_out = write_dicom(drawn, out, report=share(report, 0.5, 1.0))
    for words in left_out:
        ERR.print(plain(words))
    OUT.print(plain(f"{counted(len(written), 'DICOM object')} written to {(out / 'dicom').resolve()}"))
    return Exit.IN_PART if left_out else Exit.DONE


def exit_code(review: Review) -> int:
    """Not applicable where no target has a score, in part where something that was asked for failed."""
    states = {f.state for f in review.prediction.findings}
    if State.FAILED in states:
        return Exit.IN_PART
    if not states & {State.FINDING, State.NO_FINDING}:
        return Exit.NOT_APPLICABLE
    return Exit.IN_PART if review.failures else Exit.DONE


def print_review(review: Review) -> None:
    """Findings with their states, explanations with their evidence, and the notice."""
    _print_findings(review.prediction)
    if review.prediction.shared_reason:
        _offer_others(review)
    for attribution in review.attributions:
        holds = "evidence holds" if attribution.evidence.holds else "a check failed: do not use this map"
        OUT.print(plain(f"Why {attribution.target.title}, {attribution.method}: {holds}"))
    for failure in review.failures:
        ERR.print(plain(f"{failure.method} of {failure.target}: {failure.message} {failure.hint}"))
    OUT.print(plain(review.notice), style="yellow")


def _offer_others(review: Review) -> None:
    """Name the models that may read what this one could not."""
    for card in models_for(review.study, installed()):
        if card.key != review.prediction.card.key:
            ERR.print(plain(f"{card.title} may read it: add --model {card.key}"), style="dim")


def _print_findings(prediction: Prediction) -> None:
    """Each target in a line; a reason that all share once, with the way out where there is one."""
    if prediction.shared_reason:
        OUT.print(plain(f"{prediction.card.title}: {prediction.shared_reason}"))
        if prediction.card.family in READS_VIEWS and prediction.excluded:
            ERR.print(plain(_NAME_THE_VIEW.format(prediction.excluded[0].title)), style="dim")
        return
    for finding in ordered(prediction.findings):
        OUT.print(
            plain(f"{finding.target.title:32} {state_words(finding):27} {score_words(finding)}".rstrip())
        )
    for words in (*prediction.conclusions, *prediction.cautions):
        OUT.print(plain(words))
