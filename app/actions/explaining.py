"""`negatoscope explain`: one target, its maps, pictures and evidence."""

from __future__ import annotations

import json
from pathlib import Path

from app.actions.opening import open_study
from app.actions.reviewing import exit_code, fitted, print_review
from app.report.content import Review
from app.report.request import Request
from app.report.review import map_name, refuse_to_overwrite, review_study
from app.report.tables import explanation_values
from app.terminal import OUT, counted, plain, progress
from explain.storage import save
from inference.errors import FileError
from inference.imaging.files import write_atomic
from inference.models import catalogue


def run(path: Path, out: Path, request: Request, *, uid: str, replace: bool) -> int:
    """Explain and write; an unknown target is refused with the list of those that there are."""
    if request.model_key:
        refuse_unknown_target(request)
    study = open_study(path, uid)
    request = fitted(request, study)
    refuse_unknown_target(request)
    with progress("Explaining") as report:
        review = review_study(study, request, report)
    count = write_explanations(review, out, replace=replace)
    print_review(review)
    OUT.print(plain(f"{counted(count, 'file')} written to {out.resolve()}"))
    return exit_code(review)


def refuse_unknown_target(request: Request) -> None:
    """FileError naming the targets of the model where the one asked for is not among them."""
    names = [t.name for t in catalogue.card(request.model_key).targets]
    if request.target and request.target not in names:
        raise FileError(
            f"{request.model_key} has no target {request.target!r}.", hint=f"It has: {', '.join(names)}."
        )


def write_explanations(review: Review, out: Path, *, replace: bool) -> int:
    """explanations.json, one map file per method, and the key pictures; how many files."""
    pictures = {f"pictures/{p.file_name}": p.png for p in review.pictures}
    maps = {map_name(a): a for a in review.attributions}
    refuse_to_overwrite(out, ["explanations.json", *pictures, *maps], replace=replace)
    (out / "pictures").mkdir(parents=True, exist_ok=True)
    content = {
        "notice": review.notice,
        "study": review.study.uid,
        "explanations": [explanation_values(a) for a in review.attributions],
    }
    write_atomic(out / "explanations.json", json.dumps(content, indent=2, ensure_ascii=False).encode())
    for name, png in pictures.items():
        write_atomic(out / name, png)
    for name, attribution in maps.items():
        save(attribution, out / name)
    return 1 + len(pictures) + len(maps)
