"""`negatoscope`: the window, and the same actions without it.

Exit codes: 0 done, 1 done in part, 2 bad input (nothing written), 3 the model does not apply or the studies
do not compare (the report is written and says why), 70 a mistake of ours, 130 cancelled.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from app.report.request import Request
from app.settings import MOST_WORKERS, load_settings
from app.terminal import Exit, guarded

app = typer.Typer(
    name="negatoscope",
    help="Radiology review: DICOM studies, models that answer, and the reason for every answer.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    no_args_is_help=False,
)

StudyPath = Annotated[Path, typer.Argument(help="Folder, file, ZIP or DICOMDIR.", show_default=False)]
OutFolder = Annotated[Path, typer.Option("--out", help="Folder to write into.", show_default=False)]
FittingModel = Annotated[
    str, typer.Option("--model", help="Key of the model; by default the first that fits the study.")
]
ModelKey = Annotated[str, typer.Option("--model", help="Key of the model, see `negatoscope models`.")]
StudyUid = Annotated[str, typer.Option("--study", help="Study UID, where the path holds several studies.")]
TargetName = Annotated[
    str, typer.Option("--target", help="What to explain; the strongest finding by default.")
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over files that are there already.")]


class MethodName(StrEnum):
    """Explanations on offer."""

    LIME = "lime"
    ROLLOUT = "rollout"
    INTEGRATED_GRADIENTS = "integrated_gradients"
    FRAMES = "frames"


class Format(StrEnum):
    """File formats that volumes and loops can be converted to."""

    NIFTI = "nifti"
    NRRD = "nrrd"
    STL = "stl"


Methods = Annotated[
    list[MethodName] | None,
    typer.Option("--method", help="Repeat for several; by default all that can explain the model."),
]
Views = Annotated[
    list[str] | None,
    typer.Option("--view", help="LOOP=VIEW: the view that a loop shows, such as “Loop 3=A4C”; repeat."),
]


def main() -> None:
    """Entry point of the `negatoscope` command."""
    app()


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
) -> None:
    """Open the window, or run one of the commands below."""
    if version:
        from app.version import application_version

        typer.echo(f"negatoscope {application_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        from app.__main__ import main as open_window

        _end(lambda: open_window([]))


@app.command("list")
def list_(
    path: StudyPath,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show what a path holds: studies, series, display sets, warnings, refused files with reasons."""
    from app.actions.listing import run

    _end(lambda: run(path, as_json=json))


@app.command()
def convert(
    path: StudyPath,
    out: OutFolder,
    to: Annotated[Format, typer.Option("--to", help="Format to write.")] = Format.NIFTI,
    replace: Replace = False,
) -> None:
    """Write each volume, each loop (as NIfTI) and each segment (as STL) in its place in the patient."""
    from app.actions.converting import run

    _end(lambda: run(path, out, to.value, replace=replace))


@app.command()
def review(
    study: StudyPath,
    out: OutFolder,
    model: FittingModel = "",
    method: Methods = None,
    target: TargetName = "",
    view: Views = None,
    uid: StudyUid = "",
    dicom: Annotated[bool, typer.Option("--dicom", help="Add SR, SEG, maps, pictures as DICOM.")] = False,
    replace: Replace = False,
) -> None:
    """Read one study and write its report: PDF, pictures, findings.json and findings.csv."""
    from app.actions.reviewing import run

    _end(lambda: run(study, out, _request(model, method, target, view), uid=uid, over=replace, dicom=dicom))


@app.command()
def explain(
    study: StudyPath,
    out: OutFolder,
    target: TargetName = "",
    method: Methods = None,
    model: FittingModel = "",
    view: Views = None,
    uid: StudyUid = "",
    replace: Replace = False,
) -> None:
    """Explain one target of one study: the map, its pictures, and its evidence as JSON."""
    from app.actions.explaining import run

    _end(lambda: run(study, out, _request(model, method, target, view), uid=uid, replace=replace))


@app.command()
def compare(
    pre: Annotated[Path, typer.Argument(help="The prior study.", show_default=False)],
    post: Annotated[Path, typer.Argument(help="The current study.", show_default=False)],
    out: OutFolder,
    model: ModelKey = "prima",
    method: Annotated[
        MethodName, typer.Option("--method", help="Explanation of the change.")
    ] = MethodName.LIME,
    target: TargetName = "",
    replace: Replace = False,
) -> None:
    """Compare a study with the one before: registration, the change in every score, and why."""
    from app.actions.comparing import run

    _end(lambda: run(pre, post, out, _request(model, [method], target), replace=replace))


@app.command()
def export(
    source: Annotated[Path, typer.Argument(help="Folder of studies, or a CSV table with a column `path`.")],
    out: OutFolder,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, max=MOST_WORKERS, help="Processes here; else as in the settings."),
    ] = None,
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of a dask scheduler instead.")] = "",
    model: ModelKey = "prima",
    method: Methods = None,
) -> None:
    """Review every study of a folder or table; resumes where it was cut off, and never stops at a bad one."""
    from app.actions.exporting import run

    count = workers or load_settings().batch_workers
    _end(lambda: run(source, out, _request(model, method, ""), workers=count, address=scheduler))


@app.command()
def anonymise(
    source: StudyPath,
    out: OutFolder,
    shift_dates: Annotated[
        bool, typer.Option("--shift-dates", help="Move dates, alike for a patient, instead of removing them.")
    ] = False,
    keep_descriptions: Annotated[
        bool, typer.Option("--keep-descriptions", help="Keep known words of study and series descriptions.")
    ] = False,
    pixels_checked: Annotated[
        bool, typer.Option("--pixels-checked", help="You have looked: no name or date is burned in.")
    ] = False,
    subject: Annotated[str, typer.Option("--subject", help="Name and ID to write; else made up.")] = "",
) -> None:
    """Copy DICOM files without what says who the patient is (PS3.15 Annex E, Basic Profile)."""
    from app.actions.anonymising import run
    from app.deidentification.profile import Options

    options = Options(shift_dates, keep_descriptions, pixels_checked, subject)
    _end(lambda: run(source, out, options))


@app.command()
def match(
    study: StudyPath,
    labels: Annotated[str, typer.Option("--labels", help="Labels with semicolons between.")] = "",
    labels_file: Annotated[
        Path | None, typer.Option("--labels-file", help="Text file, one label per line.")
    ] = None,
    series: Annotated[str, typer.Option("--series", help="Uid or title; else the most pictures.")] = "",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Folder of a published CLIP or RadCLIP instead.")
    ] = None,
    uid: StudyUid = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Rank labels for a picture or volume: cosine, and apart from it a calibrated probability."""
    from app.actions.matching import Wanted
    from app.actions.matching import match as run

    _end(lambda: run(study, Wanted(labels, labels_file, series, weights), uid=uid, as_json=json))


@app.command()
def similar(
    study: Annotated[Path | None, typer.Argument(help="Folder, file, ZIP or DICOMDIR.")] = None,
    text: Annotated[str, typer.Option("--text", help="Words to search for, instead of a study.")] = "",
    count: Annotated[int, typer.Option("--count", min=1, max=1000, help="How many to show.")] = 10,
    update: Annotated[bool, typer.Option("--update", help="First embed what is not embedded yet.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The studies of the library that look most like a study, or match words best."""
    from app.actions.matching import similar as run

    _end(lambda: run(study, text, count=count, update=update, as_json=json))


@app.command()
def models(
    key: Annotated[str, typer.Argument(help="Key of one model; all by default.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the cards of the models: targets, held-out figures, origin of the weights, limits."""
    from app.actions.models import run

    _end(lambda: run(key, as_json=json))


def _request(
    model: str, methods: list[MethodName] | None, target: str, views: list[str] | None = None
) -> Request:
    named = tuple((loop, view) for loop, _, view in (text.rpartition("=") for text in views or ()))
    return Request(model, tuple(m.value for m in methods or ()), target, named)


def _end(command: Callable[[], int]) -> None:
    code = guarded(command)
    sys.stdout.flush()
    raise typer.Exit(int(code) if code is not None else Exit.DONE)


if __name__ == "__main__":
    main()
