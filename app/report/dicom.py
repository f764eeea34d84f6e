"""A review as DICOM objects in a folder: report, masks, maps and pictures, each referring to its series."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.report.capture import write_capture
from app.report.content import KeyPicture, Review
from app.report.dicom_source import maker_of
from app.report.equipment import Maker
from app.report.parametric_map import write_parametric_map
from app.report.segmentation import write_segmentation
from app.report.structured import evidence_of, write_structured_report
from explain.attribution import Attribution, UnitScores
from inference.errors import ReviewError
from inference.imaging.files import write_atomic
from inference.imaging.segments import SegmentMap
from inference.imaging.study import DisplaySet
from inference.progress import Report, silent

FOLDER, LEFT_OUT = "dicom", "left_out.txt"
_Write = Callable[[Path], Path]


def write_dicom(
    review: Review, out: Path, masks: Sequence[SegmentMap] = (), report: Report = silent
) -> tuple[list[Path], list[str]]:
    """Write into `out`/dicom what DICOM can hold; the files, and in words what was left out and why.

    One object that cannot be written never costs the others.
    """
    folder = out / FOLDER
    planned: list[tuple[str, _Write]] = [("report.dcm", lambda path: write_structured_report(review, path))]
    planned += [*_masks(review, masks), *_maps(review), *_pictures(review)]
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


def _masks(review: Review, masks: Sequence[SegmentMap]) -> Iterator[tuple[str, _Write]]:
    maker = maker_of(review.prediction.card)
    for number, mask in enumerate(masks, start=1):
        sources = [d for d in review.study.display_sets if d.series_uid == mask.series_uid] or evidence_of(
            review
        )
        if sources:
            yield f"masks-{number}.dcm", _mask_writer(mask, sources[0], maker)


def _mask_writer(mask: SegmentMap, source: DisplaySet, maker: Maker) -> _Write:
    return lambda path: write_segmentation(mask, source, path, maker)


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
