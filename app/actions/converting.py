"""`negatoscope convert`: each volume and loop as a file of its own, in its place in the patient."""

from __future__ import annotations

import hashlib
from pathlib import Path

from app.terminal import ERR, OUT, Exit, counted, plain, progress
from inference.errors import ExportError, ReviewError
from inference.imaging.nifti import write_nifti
from inference.imaging.read import read_cine, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Kind, Study
from inference.progress import Report, share

LOOPS = {Kind.CINE, Kind.CINE_STACK}


def run(path: Path, out: Path, _format: str, *, replace: bool) -> int:
    """Convert all that can be placed; what cannot is named with the reason."""
    written = failed = 0
    with progress("Converting") as report:
        found = scan(path, report=share(report, 0.0, 0.1))
        sets = [(study, d) for study in found.studies for d in study.display_sets]
        for number, (study, display_set) in enumerate(sets):
            stretch = share(report, 0.1 + 0.9 * number / len(sets), 0.1 + 0.9 * (number + 1) / len(sets))
            try:
                written += len(convert(study, display_set, out, stretch, replace=replace))
            except ReviewError as error:
                failed += 1
                ERR.print(plain(f"{display_set.title}: {error} {error.hint}"))
    for refusal in found.refused:
        ERR.print(plain(f"{refusal.path}: {refusal.reason}"))
    OUT.print(
        plain(
            f"{counted(written, 'file')} written to {out}; "
            f"{counted(failed, 'display set')} and {counted(len(found.refused), 'file')} not."
        )
    )
    if not written:
        return Exit.BAD_INPUT
    return Exit.IN_PART if failed or found.refused else Exit.DONE


def convert(study: Study, display_set: DisplaySet, out: Path, report: Report, *, replace: bool) -> list[Path]:
    """Write one display set; a cine stack gives one file per slice position. The paths written."""
    if display_set.kind is Kind.VOLUME:
        path = _free(out, study, display_set, "", replace=replace)
        write_nifti(read_volume(display_set, report), path)
        return [path]
    is_stack = display_set.kind is Kind.CINE_STACK
    if display_set.kind in LOOPS:
        return [
            _write_loop(study, display_set, position, out, report, replace=replace)
            for position in range(display_set.shape[0] // display_set.phases if is_stack else 1)
        ]
    raise ExportError(
        f"A {display_set.kind.value} is neither a volume nor a loop.",
        hint="Only volumes and loops are converted.",
    )


def _write_loop(
    study: Study, display_set: DisplaySet, position: int, out: Path, report: Report, *, replace: bool
) -> Path:
    suffix = f"-position-{position + 1:02d}" if display_set.kind is Kind.CINE_STACK else ""
    path = _free(out, study, display_set, suffix, replace=replace)
    write_nifti(read_cine(display_set, report, position=position), path)
    return path


def _free(out: Path, study: Study, display_set: DisplaySet, suffix: str, *, replace: bool) -> Path:
    """A name of our own making: series number, harmless letters of the title, a hash of the display set."""
    number = study.series_of(display_set).number
    title = "".join(c if c.isascii() and c.isalnum() else "-" for c in display_set.title)[:40].strip("-")
    digest = hashlib.sha256(display_set.uid.encode()).hexdigest()[:8]
    path = out / f"{number if number is not None else 0:03d}-{title or 'series'}-{digest}{suffix}.nii.gz"
    if path.exists() and not replace:
        raise ExportError(f"{path.name} is there already.", hint="Choose another folder, or add --replace.")
    out.mkdir(parents=True, exist_ok=True)
    return path
