"""What an ultrasound header says beyond the picture: regions and scale, heart rate, view, body size."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence

from inference.imaging.layout import number, quietly
from inference.imaging.study import DisplaySet

_CENTIMETRES = 3
_TEXTS = (
    "ViewName", "StageName", "SeriesDescription", "ProtocolName", "ImageComments",
    "ContentDescription", "PerformedProcedureStepDescription",
)  # fmt: skip


@dataclass(frozen=True)
class Region:
    """One region of the picture.

    shape, data  codes of PS3.3 C.8.5.5.1: shape 1 is 2-D, 2 M-mode, 3 spectral; data 1 tissue, 2 colour flow
    box          (top, left, bottom, right) in pixels, bottom and right excluded
    spacing_mm   (between rows, between columns), None where the region has no scale in centimetres
    """

    shape: int
    data: int
    box: tuple[int, int, int, int]
    spacing_mm: tuple[float, float] | None = None


@dataclass(frozen=True)
class UltrasoundFacts:
    """What the header of one loop says. None and empty where it is silent."""

    regions: tuple[Region, ...] = ()
    heart_rate_bpm: float | None = None
    height_m: float | None = None
    weight_kg: float | None = None
    labels: tuple[str, ...] = ()  # texts that may name the view, and meanings of view codes

    @property
    def tissue(self) -> Region | None:
        """The largest two-dimensional region of tissue, with or without colour."""
        flat = [r for r in self.regions if r.shape == 1 and r.data in (1, 2)]
        return max(flat, key=lambda r: (r.box[2] - r.box[0]) * (r.box[3] - r.box[1]), default=None)

    @property
    def surface_m2(self) -> float | None:
        """Body surface after Mosteller; None where height or weight is missing or impossible."""
        if self.height_m is None or self.weight_kg is None:
            return None
        return float((self.height_m * 100 * self.weight_kg / 3600) ** 0.5)


def ultrasound_facts(display_set: DisplaySet) -> UltrasoundFacts:
    """Read the header of a display set's first file; silence where it cannot be read."""
    try:
        with quietly():
            header = dcmread(display_set.first.path, stop_before_pixels=True, force=True)
    except (OSError, ValueError, EOFError, AttributeError, KeyError, InvalidDicomError):
        return UltrasoundFacts()
    return facts_from(header)


def facts_from(header: Dataset) -> UltrasoundFacts:
    """The facts of one header; numbers that cannot be true count as silence."""
    with quietly():
        regions = tuple(_region(item) for item in _items(header, "SequenceOfUltrasoundRegions"))
        texts = [str(getattr(header, name, "") or "") for name in _TEXTS]
        codes = [
            str(getattr(item, name, "") or "")
            for item in _items(header, "ViewCodeSequence")
            for name in ("CodeMeaning", "CodeValue")
        ]
        return UltrasoundFacts(
            regions=tuple(r for r in regions if r is not None),
            heart_rate_bpm=_within(number(header, "HeartRate"), 20, 300),
            height_m=_within(number(header, "PatientSize"), 0.3, 2.6),
            weight_kg=_within(number(header, "PatientWeight"), 1, 400),
            labels=tuple(text for text in (*texts, *codes) if text.strip()),
        )


def _items(header: Dataset, name: str) -> list[Dataset]:
    found = getattr(header, name, None)
    return list(found) if isinstance(found, Sequence) else []


def _region(item: Dataset) -> Region | None:
    names = ("RegionLocationMinY0", "RegionLocationMinX0", "RegionLocationMaxY1", "RegionLocationMaxX1")
    edges = [number(item, name) for name in names]
    if any(edge is None for edge in edges):
        return None
    top, left, bottom, right = (int(edge or 0) for edge in edges)
    return Region(
        shape=int(number(item, "RegionSpatialFormat") or 0),
        data=int(number(item, "RegionDataType") or 0),
        box=(top, left, bottom + 1, right + 1),
        spacing_mm=_spacing(item),
    )


def _spacing(item: Dataset) -> tuple[float, float] | None:
    units = {number(item, f"PhysicalUnits{axis}Direction") for axis in "XY"}
    x, y = (abs(number(item, f"PhysicalDelta{axis}") or 0.0) for axis in "XY")
    return (y * 10, x * 10) if units == {_CENTIMETRES} and x and y else None


def _within(value: float | None, low: float, high: float) -> float | None:
    return value if value is not None and low <= value <= high else None
