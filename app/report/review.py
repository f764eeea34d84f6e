"""One study reviewed and written: the same action for the window, `negatoscope review` and every batch."""

from __future__ import annotations

from pathlib import Path

from app.reading import explain_study, predict_study
from app.report.content import Failure, KeyPicture, Review, chosen_finding, now_utc
from app.report.contour_pictures import with_contours_drawn
from app.report.drawings import with_outlines
from app.report.manifest import sha256
from app.report.measurements import measurements_csv, measurements_json
from app.report.naming import views_asked
from app.report.pdf import review_pdf
from app.report.pictures import key_pictures
from app.report.request import Request
from app.report.tables import findings_csv, findings_json
from explain.attribution import Attribution
from explain.methods import methods_for
from explain.storage import save
from inference.errors import ExportError, ReviewError
from inference.imaging.files import write_atomic
from inference.imaging.naming import with_views
from inference.imaging.study import Study
from inference.models import catalogue
from inference.prediction import Finding, Prediction
from inference.progress import Report, share, silent


def review_study(study: Study, request: Request, report: Report = silent) -> Review:
    """Read the study, explain one target by every method asked for, and draw the key pictures."""
    study = with_views(study, views_asked(study, request.views))
    prediction = predict_study(study, request.model_key, share(report, 0.0, 0.3))
    target = request.target or _strongest(prediction)
    attributions, failures = _explanations(study, request, target, share(report, 0.3, 0.8))
    review = assemble(study, prediction, attributions, failures, report=share(report, 0.8, 0.9))
    return with_contours_drawn(with_outlines(review, share(report, 0.9, 1.0)))


def assemble(
    study: Study,
    prediction: Prediction,
    attributions: tuple[Attribution, ...],
    failures: tuple[Failure, ...] = (),
    edited: tuple[Finding, ...] = (),
    report: Report = silent,
) -> Review:
    """Put a review together from answers that are there already, as the window has them."""
    pictures: list[KeyPicture] = []
    undrawn: list[Failure] = []
    for number, attribution in enumerate(attributions):
        try:
            pictures += key_pictures(study, attribution, number)
        except ReviewError as error:  # the numbers and the map are there: a picture never takes them along
            method = f"{attribution.method}, its pictures"
            undrawn.append(Failure(method, attribution.target.name, str(error), error.hint))
        report((number + 1) / len(attributions), "Drawing key pictures")
    failed = (*failures, *undrawn)
    return Review(study, prediction, attributions, failed, tuple(pictures), now_utc(), edited)


def write_review(review: Review, out: Path, *, replace: bool = False) -> dict[str, str]:
    """Write report.pdf, findings and measurements as tables, pictures and maps; SHA-256 by relative name.

    ExportError where a file is there already and `replace` is False, or where the folder cannot be written.
    """
    files = {
        "report.pdf": review_pdf(review),
        "findings.json": findings_json(review),
        "findings.csv": findings_csv(review),
        **{f"pictures/{picture.file_name}": picture.png for picture in review.pictures},
    }
    if review.measurements:
        files["measurements.csv"] = measurements_csv(review.study, review.measurements)
        files["measurements.json"] = measurements_json(review.study, review.measurements)
    maps = {f"maps/{map_name(a)}": a for a in review.attributions}
    refuse_to_overwrite(out, [*files, *maps], replace=replace)
    try:
        for name, data in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            write_atomic(out / name, data)
        for name, attribution in maps.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            save(attribution, out / name)
    except OSError as error:
        raise ExportError(
            f"The report cannot be written into {out}: {error.strerror or error}.",
            hint="Choose a folder that you may write to, with free space.",
        ) from error
    return {name: sha256(out / name) for name in (*files, *maps)}


def refuse_to_overwrite(out: Path, names: list[str], *, replace: bool) -> None:
    """ExportError where one of the files is there already, unless it may be replaced."""
    there = [name for name in names if (out / name).exists()]
    if there and not replace:
        raise ExportError(
            f"{out} already holds {there[0]}; nothing was written.",
            hint="Choose another folder, or add --replace to write over the report that is there.",
        )


def map_name(attribution: Attribution) -> str:
    """File name of a map: our own keys only, never text from a file."""
    return f"{attribution.method.replace(' ', '-').lower()}-{attribution.target.name}.npz"


def _explanations(
    study: Study, request: Request, target: str, report: Report
) -> tuple[tuple[Attribution, ...], tuple[Failure, ...]]:
    given: list[Attribution] = []
    failures: list[Failure] = []
    methods = request.methods or methods_for(catalogue.card(request.model_key))
    for number, method in enumerate(methods if target else ()):
        stretch = share(report, number / len(methods), (number + 1) / len(methods))
        try:
            given.append(explain_study(study, request.model_key, method, target, stretch))
        except ReviewError as error:
            failures.append(Failure(method, target, str(error), error.hint))
    return tuple(given), tuple(failures)


def _strongest(prediction: Prediction) -> str:
    finding = chosen_finding(prediction)
    return finding.target.name if finding else ""
