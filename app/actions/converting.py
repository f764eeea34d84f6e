"""`negatoscope convert`: each volume and loop as a file of its own, in its place in the patient."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from app.report.surfaces import write_surfaces
from app.terminal import ERR, OUT, Exit, counted, plain, progress
from inference.errors import ExportError, ReviewError
from inference.imaging.instances import SEGMENTATIONS
from inference.imaging.nifti import write_nifti
from inference.imaging.nrrd import write_nrrd
from inference.imaging.objects.segmentations import read_segmentation
from inference.imaging.read import read_cine, read_volume
from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Kind, Study
from inference.progress import Report, share

ENDINGS = {"nifti": ".nii.gz", "nrrd": ".nrrd", "stl": ""}  # surfaces have a folder of their own
LOOPS = {Kind.CINE, Kind.CINE_STACK}


@dataclass(frozen=True)
class Place:
    """Where files go, how their names end, and whether they may take the place of others."""

    folder: Path
    ending: str
    replace: bool


def run(path: Path, out: Path, to: str, *, replace: bool) -> int:
    """Convert all that can be placed; what cannot is named with the reason."""
    written = failed = 0
    with progress("Converting") as report:
        found = scan(path, report=share(report, 0.0, 0.1))
        every = [(study, d) for study in found.studies for d in study.display_sets]
        sets = [(study, d) for study, d in every if to != "stl" or is_segmentation(d)]
        for number, (study, display_set) in enumerate(sets):
            stretch = share(report, 0.1 + 0.9 * number / len(sets), 0.1 + 0.9 * (number + 1) / len(sets))
            try:
                place = Place(out, ENDINGS[to], replace)
                written += len(convert(study, display_set, place, stretch))
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


def convert(study: Study, display_set: DisplaySet, place: Place, report: Report) -> list[Path]:
    """Write one display set; a cine stack gives one file per slice position. The paths written."""
    if display_set.kind is Kind.VOLUME and place.ending != ENDINGS["stl"]:
        path = _free(place, study, display_set, "")
        write = write_nrrd if place.ending == ENDINGS["nrrd"] else write_nifti
        write(read_volume(display_set, report), path)
        return [path]
    if is_segmentation(display_set) and place.ending == ENDINGS["stl"]:
        folder = _free(place, study, display_set, "")
        maps = read_segmentation(display_set.first.path, report).maps
        return write_surfaces(maps, folder, replace=place.replace)
    is_stack = display_set.kind is Kind.CINE_STACK
    if display_set.kind in LOOPS and place.ending == ENDINGS["nifti"]:
        return [
            _write_loop(study, display_set, position, place, report)
            for position in range(display_set.shape[0] // display_set.phases if is_stack else 1)
        ]
    raise ExportError(
        f"A {display_set.kind.value} is not converted to {place.ending or 'surfaces'}.",
        hint="Volumes are converted to NIfTI and NRRD, loops to NIfTI, segmentations to STL.",
    )


def is_segmentation(display_set: DisplaySet) -> bool:
    """Whether it holds segments, of which there are surfaces."""
    return display_set.first.sop_class_uid in SEGMENTATIONS


def _write_loop(study: Study, display_set: DisplaySet, position: int, place: Place, report: Report) -> Path:
    suffix = f"-position-{position + 1:02d}" if display_set.kind is Kind.CINE_STACK else ""
    path = _free(place, study, display_set, suffix)
    write_nifti(read_cine(display_set, report, position=position), path)
    return path


def _free(place: Place, study: Study, display_set: DisplaySet, suffix: str) -> Path:
    """A name of our own making: series number, harmless letters of the title, a hash of the display set."""
    number = study.series_of(display_set).number
    title = "".join(c if c.isascii() and c.isalnum() else "-" for c in display_set.title)[:40].strip("-")
    digest = hashlib.sha256(display_set.uid.encode()).hexdigest()[:8]
    name = f"{number if number is not None else 0:03d}-{title or 'series'}-{digest}{suffix}{place.ending}"
    path = place.folder / name
    if path.exists() and not place.replace:
        raise ExportError(f"{path.name} is there already.", hint="Choose another folder, or add --replace.")
    place.folder.mkdir(parents=True, exist_ok=True)
    return path
