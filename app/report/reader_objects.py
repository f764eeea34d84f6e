"""What a reader did with a study, as DICOM objects, with or without a model: one plan for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from app.painting.segmentation import Segmentation
from app.report.content import ReaderWork, Viewed
from app.report.drawn_segments import write_drawn_segments
from app.report.key_images import marked, write_key_images
from app.report.measurement_report import has_numbers, write_measurement_report
from app.report.presentation_state import write_presentation_state
from app.report.structure_set import write_structure_set
from inference.imaging.study import DisplaySet, Kind

Planned = tuple[str, Callable[[Path], Path]]
"""A file name, and what writes it."""


def planned_work(work: ReaderWork, *, with_numbers: bool = True) -> Iterator[Planned]:
    """Measurements, contours, segments, key images, and one presentation state for each series on show.

    with_numbers  a report of their own; not where the report of a model holds them already
    """
    if with_numbers and has_numbers(work):
        yield "measurements.dcm", partial(write_measurement_report, work)
    if work.contours:
        yield "contours.dcm", partial(write_contours, work)
    yield from _segments(work)
    if marked(work.measurements):
        yield "key-images.dcm", partial(write_key_images, work)
    yield from _states(work)


def write_contours(work: ReaderWork, path: Path) -> Path:
    """Write the contours that the reader changed."""
    return write_structure_set(work.contours, work.study, path, work.reader)


def _segments(work: ReaderWork) -> Iterator[Planned]:
    """One object for each segmentation in which anything is drawn."""
    drawn = [s for s in work.segments if s.bricks]
    for number, segmentation in enumerate(drawn, start=1):
        source = next((d for d in work.study.display_sets if d.uid == segmentation.display_set_uid), None)
        if source is not None:
            write = partial(_write_segments, segmentation, source, work.reader)
            yield f"segments-{number}.dcm", write


def _write_segments(drawn: Segmentation, source: DisplaySet, reader: str, path: Path) -> Path:
    return write_drawn_segments(drawn, source, path, reader)


def _states(work: ReaderWork) -> Iterator[Planned]:
    views = {view.display_set_uid: view for view in work.views}
    drawn = {m.site.display_set_uid for m in work.measurements if m.points and m.site.picture >= 0}
    shown = [d for d in work.study.display_sets if d.kind is not Kind.DOCUMENT and d.uid in {*views, *drawn}]
    for number, display_set in enumerate(shown, start=1):
        view = views.get(display_set.uid)
        yield f"presentation-{number}.dcm", partial(_write_state, work, display_set, view)


def _write_state(work: ReaderWork, display_set: DisplaySet, view: Viewed | None, path: Path) -> Path:
    return write_presentation_state(display_set, view, work.measurements, path, work.reader)
