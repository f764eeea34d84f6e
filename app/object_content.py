"""Objects made ready for the window: read on a pool thread, shown as frozen values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from app.object_pages import (
    Page,
    Studies,
    key_page,
    mapping_page,
    other_page,
    pdf_page,
    plan_page,
    recording_page,
    report_page,
)
from inference.errors import ReviewError
from inference.imaging.objects.contour_masks import map_of
from inference.imaging.objects.kinds import ObjectKind, object_kind
from inference.imaging.objects.moments import Moments, moments_of
from inference.imaging.objects.parametric_maps import ValueMap, dose_map, read_map
from inference.imaging.objects.presentations import Presentation, read_presentation, rescale_of
from inference.imaging.objects.references import Binding, References, bind
from inference.imaging.objects.segmentations import SegmentDetail, read_segmentation
from inference.imaging.objects.structures import Region, read_structures
from inference.imaging.read import read_volume
from inference.imaging.segments import Segment, SegmentMap
from inference.imaging.study import DisplaySet, Kind
from inference.progress import Report, silent


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
    drawn    a person paints it here
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
    drawn: bool = False

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


_READERS: dict[ObjectKind, Callable[[DisplaySet, Studies, Report], Opened]] = {
    ObjectKind.SEGMENTATION: _segments,
    ObjectKind.CONTOURS: _contours,
    ObjectKind.MAP: _value_map,
    ObjectKind.DOSE: _value_map,
    ObjectKind.PRESENTATION: _presentation,
    ObjectKind.REPORT: report_page,
    ObjectKind.KEY_IMAGES: key_page,
    ObjectKind.PDF: pdf_page,
    ObjectKind.PLAN: plan_page,
    ObjectKind.VALUE_MAPPING: mapping_page,
    ObjectKind.RECORDING: recording_page,
    ObjectKind.OTHER: other_page,
}


def binding_words(laid: LaidObject) -> str:
    """Over what an object lies, or why it lies over nothing."""
    if laid.binding.words and not laid.binding.targets:
        return laid.binding.words
    titles = ", ".join(d.title for d in laid.binding.targets[:2])
    return f"over {titles}" if not laid.binding.words else f"over {titles}. {laid.binding.words}"
