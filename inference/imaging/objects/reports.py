"""Structured reports of any template as nested text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.errors import FileError
from inference.imaging.instances import class_name
from inference.imaging.objects.items import Code, code, first, items, name, points, text, uid
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.objects.references import References, references_of
from inference.imaging.objects.report_words import measured, whole_numbers, words_of
from inference.imaging.values import iso_date, iso_time

WHAT = "a structured report"
PERSON = ("121008", "DCM")  # Person Observer Name
DEEPEST = 60
MOST = 50_000  # content items


@dataclass(frozen=True, eq=False)
class Spot:
    """What a content item points at.

    instance_uid      of a picture or a segmentation; empty for a place in the patient
    frames            numbers of frames, from 1; empty for all
    segments          numbers of segments of a segmentation
    shape             "POINT", "POLYLINE", "CIRCLE", ...; empty where the whole picture is meant
    points            (n, 2) column, row from the corner of the first pixel; (n, 3) LPS mm where `in_space`
    """

    instance_uid: str = ""
    sop_class_uid: str = ""
    frames: tuple[int, ...] = ()
    segments: tuple[int, ...] = ()
    shape: str = ""
    points: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    in_space: bool = False
    frame_of_reference_uid: str = ""


@dataclass(frozen=True, eq=False)
class ReportItem:
    """One line of a report, and what belongs to it.

    relation  to what it belongs to, as the standard calls it, such as "HAS OBS CONTEXT"
    kind      value type, such as "TEXT" or "NUM"
    """

    title: str
    text: str
    kind: str
    relation: str = ""
    concept: Code | None = None
    value: Code | None = None
    number: float | None = None
    unit: str = ""
    spot: Spot | None = None
    children: tuple[ReportItem, ...] = ()

    def walk(self) -> Iterator[ReportItem]:
        """The item and everything in it, as it is read."""
        yield self
        for child in self.children:
            yield from child.walk()

    def is_called(self, *known: tuple[str, str]) -> bool:
        """Whether its concept is one of some (value, scheme)."""
        return self.concept is not None and self.concept.is_one_of(*known)


@dataclass(frozen=True, eq=False)
class StructuredReport:
    """A report: what it is, how far it is, and its content.

    template  number of the template, such as "1500"; empty where the file names none
    """

    title: str
    content: ReportItem
    references: References
    template: str = ""
    completed: str = ""
    verified: str = ""
    observers: tuple[str, ...] = ()
    written: str = ""
    warnings: tuple[str, ...] = ()


def read_report(path: Path) -> StructuredReport:
    """The content of a structured report of any template."""
    header = read_object(path, WHAT)
    with opening(path, WHAT):
        if "ContentSequence" not in header and text(header, "ValueType") != "CONTAINER":
            raise FileError(f"{path.name} is not {WHAT}.", hint="`negatoscope list` shows what each file is.")
        left = [MOST]
        content = _item(header, left, 0)
        notes = ("The report is longer than can be shown; its end is left out.",) if left[0] <= 0 else ()
        return StructuredReport(
            title=content.title or class_name(uid(header, "SOPClassUID")) or "Report",
            content=content,
            references=references_of(header),
            template=text(first(header, "ContentTemplateSequence"), "TemplateIdentifier"),
            completed=text(header, "CompletionFlag").lower(),
            verified=text(header, "VerificationFlag").lower(),
            observers=tuple(dict.fromkeys((*_observers(header), *_persons(content)))),
            written=_written(header),
            warnings=notes,
        )


def plain_text(report: StructuredReport) -> str:
    """The report as indented lines."""
    return "\n".join(_lines(report.content, 0))


def _item(item: Dataset, left: list[int], depth: int) -> ReportItem:
    left[0] -= 1
    kind = text(item, "ValueType").upper()
    concept, value = code(item, "ConceptNameCodeSequence"), code(item, "ConceptCodeSequence")
    children = []
    for inner in items(item, "ContentSequence") if depth < DEEPEST else ():
        if left[0] <= 0:
            break
        children.append(_item(inner, left, depth + 1))
    amount, unit = measured(item)
    return ReportItem(
        title=concept.meaning if concept else "",
        text=words_of(item, kind, value),
        kind=kind,
        relation=text(item, "RelationshipType"),
        concept=concept,
        value=value,
        number=amount,
        unit=unit,
        spot=_spot(item, kind),
        children=tuple(children),
    )


def _spot(item: Dataset, kind: str) -> Spot | None:
    """Where an item points, with the picture that its outline was drawn on."""
    if kind in ("IMAGE", "COMPOSITE"):
        return _pictured(first(item, "ReferencedSOPSequence"))
    if kind == "SCOORD":
        drawn_on = next((found for inner in items(item, "ContentSequence")
                         if (found := first(inner, "ReferencedSOPSequence")) is not None), None)  # fmt: skip
        under = _pictured(drawn_on) or Spot()
        return Spot(
            under.instance_uid, under.sop_class_uid, under.frames, (), text(item, "GraphicType").upper(),
            points(item, "GraphicData", 2),
        )  # fmt: skip
    if kind == "SCOORD3D":
        return Spot(
            shape=text(item, "GraphicType").upper(), points=points(item, "GraphicData", 3), in_space=True,
            frame_of_reference_uid=uid(item, "ReferencedFrameOfReferenceUID"),
        )  # fmt: skip
    return None


def _pictured(item: Dataset | None) -> Spot | None:
    instance = uid(item, "ReferencedSOPInstanceUID")
    if not instance:
        return None
    return Spot(
        instance, uid(item, "ReferencedSOPClassUID"), whole_numbers(item, "ReferencedFrameNumber"),
        whole_numbers(item, "ReferencedSegmentNumber"),
    )  # fmt: skip


def _observers(header: Dataset) -> Iterator[str]:
    for item in items(header, "VerifyingObserverSequence"):
        yield f"verified by {name(item, 'VerifyingObserverName')}".strip()
    for item in items(header, "AuthorObserverSequence"):
        who = name(item, "PersonName") or text(item, "ManufacturerModelName") or text(item, "StationName")
        if who:
            yield f"written by {who}"


def _persons(content: ReportItem) -> Iterator[str]:
    """The persons that the content itself names as observers."""
    for item in content.children:
        if item.is_called(PERSON) and item.text:
            yield f"observed by {item.text}"


def _written(header: Dataset) -> str:
    return f"{iso_date(text(header, 'ContentDate'))} {iso_time(text(header, 'ContentTime'))}".strip()


def _lines(item: ReportItem, depth: int) -> Iterator[str]:
    yield "  " * depth + said(item).replace("\n", "\n" + "  " * (depth + 1))
    for child, count in counted(item.children):
        if count == 1:
            yield from _lines(child, depth + 1)
        else:
            yield f"{'  ' * (depth + 1)}{said(child)} ({count} of them)"


def said(item: ReportItem) -> str:
    """Title and text of an item."""
    return ": ".join(part for part in (item.title, item.text) if part) or item.kind.lower() or "item"


def counted(children: tuple[ReportItem, ...]) -> Iterator[tuple[ReportItem, int]]:
    """Children without their repeats: references to the slices of a series come in hundreds."""
    for _, run in groupby(children, key=lambda child: (id(child) if child.children else 0, said(child))):
        same = list(run)
        yield same[0], len(same)
