"""A review as DICOM objects in a folder: report, masks, maps and pictures, each referring to its series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from app.contours import Outlines
from app.report.capture import write_capture
from app.report.content import KeyPicture, ReaderWork, Review
from app.report.dicom_source import maker_of, without_pixels
from app.report.equipment import Maker
from app.report.loop_segmentation import outlined_phases, write_loop_segmentation
from app.report.parametric_map import write_parametric_map
from app.report.reader_objects import Planned, planned_work
from app.report.segment_volumes import Volumes
from app.report.segmentation import write_segmentation
from app.report.structured import evidence_of, write_structured_report
from explain.attribution import Attribution, UnitScores
from inference.errors import ReviewError
from inference.imaging.files import write_atomic
from inference.imaging.segments import SegmentMap
from inference.imaging.study import DisplaySet, Study
from inference.progress import Report, silent

FOLDER, LEFT_OUT = "dicom", "left_out.txt"
_Write = Callable[[Path], Path]


def write_dicom(
    review: Review, out: Path, masks: Sequence[SegmentMap] = (), report: Report = silent
) -> tuple[list[Path], list[str]]:
    """Write into `out`/dicom what DICOM can hold; the files, and in words what was left out and why.

    One object that cannot be written never costs the others. The report names the segments, so it is
    written after them.
    """
    volumes: Volumes = []
    review = replace(review, masks=(*review.masks, *masks))
    planned: list[Planned] = [*_masks(review, volumes)]
    planned.append(("report.dcm", lambda path: write_structured_report(review, path, volumes)))
    planned += [*_maps(review), *_pictures(review), *planned_work(review.work, with_numbers=False)]
    written, left_out = write_planned(planned, out / FOLDER, report)
    return sorted(written, key=lambda path: path.name != "report.dcm"), left_out


def write_work(work: ReaderWork, out: Path, report: Report = silent) -> tuple[list[Path], list[str]]:
    """What a reader did, without any model, into `out`/dicom; the same answer."""
    return write_planned([*planned_work(work)], out / FOLDER, report)


def write_planned(
    planned: Sequence[Planned], folder: Path, report: Report = silent
) -> tuple[list[Path], list[str]]:
    """Write one object after the other; what cannot be written is said, and kept beside the others."""
    written: list[Path] = []
    left_out: list[str] = []
    for done, (name, write) in enumerate(planned, start=1):
        try:
            written.append(write(folder / name))
        except ReviewError as error:
            left_out.append(f"{name}: {error} {error.hint}")
        report(done / len(planned), f"DICOM object {done} of {len(planned)}")
    if left_out:
        write_atomic(folder / LEFT_OUT, ("\n".join(left_out) + "\n").encode())
    return written, left_out


def _masks(review: Review, volumes: Volumes) -> Iterator[Planned]:
    """Segmentations; what each segment holds is put into `volumes` as they are written."""
    maker = maker_of(review.prediction.card)
    for number, mask in enumerate(review.masks, start=1):
        sources = [d for d in review.study.display_sets if d.series_uid == mask.series_uid] or evidence_of(
            review
        )
        if sources:
            yield f"masks-{number}.dcm", _mask_writer(mask, sources[0], maker, volumes)
    if review.outlines is not None:
        yield "masks-loop.dcm", _loop_writer(review.outlines, review.study, maker, volumes)


def _mask_writer(mask: SegmentMap, source: DisplaySet, maker: Maker, volumes: Volumes) -> _Write:
    def write(path: Path) -> Path:
        write_segmentation(mask, source, path, maker)
        held = {n: mask.volumes_ml[s.number] for n, s in enumerate(mask.segments, start=1)}
        volumes.append((without_pixels(path), held))
        return path

    return write


def _loop_writer(outlines: Outlines, study: Study, maker: Maker, volumes: Volumes) -> _Write:
    def write(path: Path) -> Path:
        write_loop_segmentation(outlines, study, path, maker)
        curve = outlines.curve({}).volume_ml
        held = {n: float(curve[p]) for n, p in enumerate(outlined_phases(outlines), start=1)}
        volumes.append((without_pixels(path), held))
        return path

    return write


def _maps(review: Review) -> Iterator[tuple[str, _Write]]:
    """One map for each series of each explanation."""
    maker = maker_of(review.prediction.card)
    for attribution in review.attributions:
        method = attribution.method.replace(" ", "-").lower()
        for number, unit in enumerate(attribution.units, start=1):
            source = _source(review, unit.place.display_set_uid)
            if source is not None:
                name = f"map-{method}-{attribution.target.name}-{number}.dcm"
                yield name, _map_writer(attribution, unit, source, maker)


def _map_writer(attribution: Attribution, unit: UnitScores, source: DisplaySet, maker: Maker) -> _Write:
    return lambda path: write_parametric_map(attribution, unit, source, path, maker)


def _picture_writer(picture: KeyPicture, source: DisplaySet, maker: Maker, number: int) -> _Write:
    return lambda path: write_capture(picture, source, path, maker, number)


def _pictures(review: Review) -> Iterator[tuple[str, _Write]]:
    maker = maker_of(review.prediction.card)
    sources = evidence_of(review)
    for number, picture in enumerate(review.pictures, start=1):
        if sources:
            yield f"picture-{number:02d}.dcm", _picture_writer(picture, sources[0], maker, number)


def _source(review: Review, display_set_uid: str) -> DisplaySet | None:
    return next((d for d in review.study.display_sets if d.uid == display_set_uid), None)
