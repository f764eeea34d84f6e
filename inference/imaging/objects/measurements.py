"""The measurements of a report after template 1500: what was measured, where, and how much it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inference.imaging.objects.reports import ReportItem, Spot, StructuredReport

GROUP = ("125007", "DCM")
TRACKING_ID = ("112039", "DCM")
TRACKING_UID = ("112040", "DCM")
FINDING = (("121071", "DCM"),)
SITE = (("363698007", "SCT"), ("G-C0E3", "SRT"))
METHOD = (("370129005", "SCT"), ("G-C036", "SRT"))
DERIVATION = (("121401", "DCM"),)
_CONTEXT = frozenset({"HAS OBS CONTEXT", "HAS CONCEPT MOD", "HAS ACQ CONTEXT"})


@dataclass(frozen=True, eq=False)
class Measured:
    """One number of a group."""

    name: str
    value: float
    unit: str
    how: str = ""  # derivation and method, such as "mean"
    spots: tuple[Spot, ...] = ()

    @property
    def words(self) -> str:
        """The number with its unit."""
        return f"{self.value:.5g} {self.unit}".rstrip()


@dataclass(frozen=True, eq=False)
class MeasurementGroup:
    """What belongs to one lesion or region.

    qualities  (question, answer) of everything that is said in words
    spots      where it is: outlines, pictures, segments
    """

    title: str
    finding: str
    site: str
    tracking_uid: str
    measured: tuple[Measured, ...]
    qualities: tuple[tuple[str, str], ...]
    spots: tuple[Spot, ...]


def measurements_of(report: StructuredReport) -> tuple[MeasurementGroup, ...]:
    """The measurement groups of a report, as they are read; none where it follows another template."""
    groups = (item for item in report.content.walk() if item.is_called(GROUP) and item.kind == "CONTAINER")
    return tuple(_group(item, number) for number, item in enumerate(groups, start=1))


def _group(item: ReportItem, number: int) -> MeasurementGroup:
    finding = _said(item, *FINDING)
    return MeasurementGroup(
        title=_said(item, TRACKING_ID) or finding or f"Measurement {number}",
        finding=finding,
        site=_said(item, *SITE),
        tracking_uid=_said(item, TRACKING_UID),
        measured=tuple(_measured(child) for child in item.children if child.number is not None),
        qualities=tuple(_qualities(item)),
        spots=tuple(child.spot for child in item.children if child.spot is not None),
    )


def _measured(item: ReportItem) -> Measured:
    how = [_said(item, *DERIVATION), _said(item, *METHOD)]
    spots = tuple(child.spot for child in item.walk() if child.spot is not None)
    assert item.number is not None
    return Measured(item.title, item.number, item.unit, ", ".join(h for h in how if h), spots)


def _qualities(item: ReportItem) -> Iterator[tuple[str, str]]:
    """What a group says in words beyond its finding, its site and its context."""
    for child in item.children:
        known = child.is_called(TRACKING_ID, TRACKING_UID, *FINDING, *SITE)
        if not known and child.kind in ("CODE", "TEXT") and child.relation not in _CONTEXT and child.text:
            yield child.title, child.text


def _said(item: ReportItem, *known: tuple[str, str]) -> str:
    """The text of the first child that is called so."""
    return next((child.text for child in item.children if child.is_called(*known)), "")
