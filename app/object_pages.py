"""Documents of a study as they are read: read on a pool thread, shown as frozen values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inference.errors import FileError
from inference.imaging.instances import class_name
from inference.imaging.objects.key_objects import read_key_objects
from inference.imaging.objects.kinds import kind_words
from inference.imaging.objects.measurements import Measured, MeasurementGroup, measurements_of
from inference.imaging.objects.pdf_pages import PdfPages, read_pages
from inference.imaging.objects.pdfs import read_pdf
from inference.imaging.objects.plans import plan_text, read_plan
from inference.imaging.objects.pointing import Target, first_target
from inference.imaging.objects.real_world import read_mappings
from inference.imaging.objects.references import bind
from inference.imaging.objects.reports import StructuredReport, plain_text, read_report
from inference.imaging.study import DisplaySet, Study
from inference.progress import Report

MOST_ROWS = 400
Studies = tuple[Study, ...]


@dataclass(frozen=True, eq=False)
class PageRow:
    """One line of a document that can be gone to.

    target  None where there is nowhere to go
    lost    because what it means is not here
    level   0 for a heading, 1 for what belongs to it
    """

    title: str
    caption: str = ""
    target: Target | None = None
    lost: bool = False
    level: int = 0


@dataclass(frozen=True, eq=False)
class Page:
    """A document as it is read: title, what it is, rows to jump from, text, and a PDF to save.

    pages  of the PDF; None where they cannot be drawn
    """

    uid: str
    title: str
    facts: tuple[str, ...] = ()
    rows: tuple[PageRow, ...] = ()
    text: str = ""
    pdf: bytes = b""
    warnings: tuple[str, ...] = ()
    pages: PdfPages | None = None


def report_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Page:
    """A structured report: what was measured as rows, and all of it as text."""
    found = read_report(display_set.first.path)
    groups = measurements_of(found)[:MOST_ROWS]
    rows = tuple(row for group in groups for row in _measured_rows(group, studies))
    lost = any(row.lost for row in rows)
    notes = ("Some of what was measured is not in the open study.",) if lost else ()
    return Page(
        display_set.uid, found.title, _facts(found), rows[:MOST_ROWS], plain_text(found),
        warnings=(*found.warnings, *notes),
    )  # fmt: skip


def _facts(report: StructuredReport) -> tuple[str, ...]:
    """What kind of report it is, and how far it is."""
    state = ", ".join(part for part in (report.completed, report.verified) if part)
    kind = f"template {report.template}" if report.template else ""
    parts = (" · ".join(p for p in (kind, state, report.written) if p), *report.observers)
    return tuple(part for part in parts if part)


def _measured_rows(group: MeasurementGroup, studies: Studies) -> Iterator[PageRow]:
    """One row for each number of a group, all of which lead to the same place unless they say otherwise.

    A group with a single number is one row.
    """
    place = first_target(group.spots, studies)
    lost = bool(group.spots) and place is None
    name = " · ".join(dict.fromkeys(part for part in (group.title, group.finding, group.site) if part))
    told = [_number_row(measured, place, studies, lost=lost) for measured in group.measured]
    told += [PageRow(f"{q}: {a}", "", place, lost, level=1) for q, a in group.qualities]
    if len(told) == 1:
        only = told[0]
        words = " · ".join(part for part in (only.title, only.caption) if part)
        yield PageRow(name, words, only.target, only.lost)
        return
    yield PageRow(name, "", place, lost)
    yield from told


def _number_row(measured: Measured, place: Target | None, studies: Studies, *, lost: bool) -> PageRow:
    own = first_target(measured.spots, studies) if measured.spots else place
    target = own or place
    missing = lost or (bool(measured.spots) and target is None)
    return PageRow(f"{measured.name}: {measured.words}", measured.how, target, missing, level=1)


def key_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Page:
    """Key images as rows that lead to them."""
    found = read_key_objects(display_set.first.path)
    rows = []
    for number, spot in enumerate(found.images[:MOST_ROWS], start=1):
        target = first_target((spot,), studies)
        what = class_name(spot.sop_class_uid) or "picture"
        rows.append(PageRow(f"{number}. {what}", _where(target, studies), target, target is None))
    facts = tuple(part for part in (found.written, *found.observers) if part)
    return Page(display_set.uid, f"Key images: {found.title}", facts, tuple(rows), found.description)


def _where(target: Target | None, studies: Studies) -> str:
    if target is None:
        return "not in the open study"
    sets = (d for s in studies for d in s.display_sets if d.uid == target.display_set_uid)
    return next((f"{d.title}, picture {target.picture + 1} of {d.shape[0]}" for d in sets), "")


def pdf_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Page:
    """A PDF: its text, and its pages where they can be drawn."""
    found = read_pdf(display_set.first.path)
    pages: PdfPages | None = None
    warnings: tuple[str, ...] = ()
    try:
        pages = read_pages(found.data)
    except FileError as error:  # it can still be saved
        warnings = (f"{error} {error.hint}",)
    count = pages.words if pages else ""
    facts = tuple(part for part in (f"PDF, {found.size_words}", count, found.written) if part)
    text = pages.text if pages else ""
    return Page(
        display_set.uid, found.title, (" · ".join(facts),), text=text, pdf=found.data,
        warnings=warnings, pages=pages,
    )  # fmt: skip


def plan_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Page:
    """An RT plan: prescription, fractions and beams, and whether it is approved."""
    found = read_plan(display_set.first.path)
    facts = (
        " · ".join(p for p in (kind_words(display_set), found.intent, found.written) if p),
        found.approval[:1].upper() + found.approval[1:],
    )
    return Page(display_set.uid, found.title, facts, text=plan_text(found), warnings=found.warnings)


def mapping_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Page:
    """A real-world value mapping."""
    found = read_mappings(display_set.first.path)
    lines = [" · ".join(p for p in (m.quantity, m.label, m.words) if p) for m in found.mappings]
    binding = bind(found.references, studies, display_set.uid)
    facts = tuple(part for part in ("real-world value mapping", binding.words) if part)
    return Page(display_set.uid, found.title, facts, text="\n".join(lines))


def other_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Page:
    """What has no reader of its own: that it is there, and where to look."""
    what = kind_words(display_set)
    words = (
        f"{what[:1].upper()}{what[1:]} is listed but cannot be drawn; the tag browser shows what it holds."
    )
    return Page(display_set.uid, display_set.title, (what,), text=words)
