"""Objects made ready for the window: read on a pool thread, shown as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from inference.errors import ReviewError
from inference.imaging.instances import class_name
from inference.imaging.objects.contour_masks import map_of
from inference.imaging.objects.key_objects import read_key_objects
from inference.imaging.objects.kinds import ObjectKind, kind_words, object_kind
from inference.imaging.objects.measurements import Measured, MeasurementGroup, measurements_of
from inference.imaging.objects.moments import Moments, moments_of
from inference.imaging.objects.parametric_maps import ValueMap, dose_map, read_map
from inference.imaging.objects.pdfs import read_pdf
from inference.imaging.objects.pointing import Target, first_target
from inference.imaging.objects.presentations import Presentation, read_presentation, rescale_of
from inference.imaging.objects.real_world import read_mappings
from inference.imaging.objects.recordings import Recording, read_recording
from inference.imaging.objects.references import Binding, References, bind
from inference.imaging.objects.reports import StructuredReport, plain_text, read_report
from inference.imaging.objects.segmentations import SegmentDetail, read_segmentation
from inference.imaging.objects.structures import Region, read_structures
from inference.imaging.read import read_volume
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import DisplaySet, Kind, Study
from inference.progress import Report, silent

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
    """A document as it is read: title, what it is, rows to jump from, text, and a PDF to save."""

    uid: str
    title: str
    facts: tuple[str, ...] = ()
    rows: tuple[PageRow, ...] = ()
    text: str = ""
    pdf: bytes = b""
    recording: Recording | None = None  # an ECG to be drawn
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class LayerRow:
    """One segment or region in the list."""

    number: int
    name: str
    rgb: tuple[int, int, int]
    volume_ml: float | None = None
    detail: str = ""


@dataclass(frozen=True, eq=False)
class LaidObject:
    """What is laid over pictures: segment maps, regions, a map of values, or a presentation.

    binding  the display sets that it belongs to
    moments  when each segment is there, in loops
    """

    uid: str
    title: str
    what: str
    binding: Binding
    rows: tuple[LayerRow, ...] = ()
    maps: tuple[SegmentMap, ...] = ()
    regions: tuple[Region, ...] = ()
    values: ValueMap | None = None
    presentation: Presentation | None = None
    warnings: tuple[str, ...] = ()
    references: References = field(default_factory=References)
    moments: Moments = field(default_factory=dict)

    @property
    def series_uid(self) -> str:
        """The series that it was made from, where it names one."""
        named = self.references.series_uids
        return named[0] if len(named) == 1 else ""


Opened = Page | LaidObject


def open_object(display_set: DisplaySet, studies: Studies, report: Report = silent) -> Opened:
    """Read an object of the open studies. ReviewError says in a sentence why it cannot be shown."""
    kind = object_kind(display_set) or ObjectKind.OTHER
    return _READERS[kind](display_set, studies, report)


def _segments(display_set: DisplaySet, studies: Studies, report: Report) -> Opened:
    found = read_segmentation(display_set.first.path, report)
    detail = {d.number: _detail_words(d) for d in found.details}
    rows = tuple(_segment_row(s, found.map_of(s.number), detail.get(s.number, "")) for s in found.segments)
    binding = bind(found.references, studies, display_set.uid)
    return LaidObject(
        display_set.uid, found.maps[0].title, f"segmentation, {found.kind}", binding, rows, found.maps,
        warnings=found.warnings, references=found.references,
        moments=moments_of(binding.targets, found.drawn_on),
    )  # fmt: skip


def _detail_words(detail: SegmentDetail) -> str:
    """What a segment is and who drew it."""
    return ", ".join(p for p in (detail.kind.meaning if detail.kind else "", detail.algorithm) if p)


def _segment_row(segment: Segment, within: SegmentMap, detail: str) -> LayerRow:
    return LayerRow(segment.number, segment.name, segment.rgb, within.volumes_ml[segment.number], detail)


def _contours(display_set: DisplaySet, studies: Studies, report: Report) -> Opened:
    found = read_structures(display_set.first.path)
    binding = bind(found.references, studies, display_set.uid)
    maps: tuple[SegmentMap, ...] = ()
    target = next((d for d in binding.targets if d.kind is Kind.VOLUME), None)
    if target is not None:
        try:  # masks for the planes that the contours do not lie in; lines are drawn without them
            maps = map_of(found, read_volume(target, report))
        except (ReviewError, MemoryError):
            maps = ()
    rows = tuple(LayerRow(r.number, r.name, r.rgb, r.volume_ml, r.kind.lower()) for r in found.regions)
    return LaidObject(
        display_set.uid, found.title, "contours", binding, rows, maps, found.regions,
        warnings=found.warnings, references=found.references,
    )  # fmt: skip


def _value_map(display_set: DisplaySet, studies: Studies, report: Report) -> Opened:
    dose = object_kind(display_set) is ObjectKind.DOSE
    found = (dose_map(display_set, report),) if dose else read_map(display_set.first.path, report)
    first = found[0]
    low, high = first.limits
    unit = first.values.unit or "no unit"
    words = f"{first.quantity or 'values'}, {low:.3g} to {high:.3g} {unit}"
    more = (
        (f"{len(found) - 1} more quantities are in the file; the first is shown.",) if len(found) > 1 else ()
    )
    return LaidObject(
        display_set.uid, first.title, words, bind(first.references, studies, display_set.uid),
        values=first, warnings=(*first.warnings, *more), references=first.references,
    )  # fmt: skip


def _presentation(display_set: DisplaySet, studies: Studies, _report: Report) -> Opened:
    found = read_presentation(display_set.first.path)
    binding = bind(found.references, studies, display_set.uid)
    if binding.targets and any(grey.window for grey in found.greys):
        found = found.on_values(*rescale_of(binding.targets[0].first.path))
    words = " · ".join(part for part in ("presentation state", found.author, found.written) if part)
    return LaidObject(
        display_set.uid, found.title, words, binding,
        presentation=found, warnings=found.warnings, references=found.references,
    )  # fmt: skip


def _report_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Opened:
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


def _key_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Opened:
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


def _pdf_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Opened:
    found = read_pdf(display_set.first.path)
    words = "Its pages are not drawn here: save it, and open it with the PDF reader of this computer."
    facts = tuple(part for part in (f"PDF, {found.size_words}", found.written) if part)
    return Page(display_set.uid, found.title, facts, text=words, pdf=found.data)


def _recording_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Opened:
    found = read_recording(display_set.first.path)
    return Page(display_set.uid, found.title, ("ECG", *found.facts), text=found.remarks, recording=found)


def _mapping_page(display_set: DisplaySet, studies: Studies, _report: Report) -> Opened:
    found = read_mappings(display_set.first.path)
    lines = [" · ".join(p for p in (m.quantity, m.label, m.words) if p) for m in found.mappings]
    binding = bind(found.references, studies, display_set.uid)
    facts = tuple(part for part in ("real-world value mapping", binding.words) if part)
    return Page(display_set.uid, found.title, facts, text="\n".join(lines))


def _other_page(display_set: DisplaySet, _studies: Studies, _report: Report) -> Opened:
    what = kind_words(display_set)
    words = (
        f"{what[:1].upper()}{what[1:]} is listed but cannot be drawn; the tag browser shows what it holds."
    )
    return Page(display_set.uid, display_set.title, (what,), text=words)


_READERS: dict[ObjectKind, Callable[[DisplaySet, Studies, Report], Opened]] = {
    ObjectKind.SEGMENTATION: _segments,
    ObjectKind.CONTOURS: _contours,
    ObjectKind.MAP: _value_map,
    ObjectKind.DOSE: _value_map,
    ObjectKind.PRESENTATION: _presentation,
    ObjectKind.REPORT: _report_page,
    ObjectKind.KEY_IMAGES: _key_page,
    ObjectKind.PDF: _pdf_page,
    ObjectKind.VALUE_MAPPING: _mapping_page,
    ObjectKind.RECORDING: _recording_page,
    ObjectKind.OTHER: _other_page,
}


def binding_words(laid: LaidObject) -> str:
    """Over what an object lies, or why it lies over nothing."""
    if laid.binding.words and not laid.binding.targets:
        return laid.binding.words
    titles = ", ".join(d.title for d in laid.binding.targets[:2])
    return f"over {titles}" if not laid.binding.words else f"over {titles}. {laid.binding.words}"
