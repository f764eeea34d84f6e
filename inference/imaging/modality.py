"""From stored values to values with a meaning: Modality LUT or rescale, per frame; padding; unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import Layout, number, quietly
from inference.imaging.pixel_source import Facts, PixelSource
from inference.imaging.tables import Table, first_table

Numbers = NDArray[Any]
MOST_KNOWN = 512
_NO_UNIT = ("", "US", "UNSPECIFIED")


@dataclass(frozen=True, eq=False)
class Modality:
    """How the stored values of one picture become values in `unit`. A table takes the place of the rescale.

    padding  lowest and highest stored value that mark pixels outside the picture, or None
    room     stored values whose results need no wider type; padding is moved there, its value says nothing
    """

    slope: float = 1.0
    intercept: float = 0.0
    table: Table | None = None
    unit: str = ""
    padding: tuple[int, int] | None = None
    room: tuple[int, int] | None = None
    warnings: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whole stored values stay whole."""
        return self.table is not None or (self.slope.is_integer() and self.intercept.is_integer())

    @property
    def padding_value(self) -> float | None:
        """What padded pixels become."""
        if self.padding is None:
            return None
        if self.table is not None:
            return float(self.table.apply(np.asarray(self.mark)))
        return self.mark * self.slope + self.intercept

    @property
    def mark(self) -> int:
        """The stored value that all padded pixels are given; 0 where the file names no padding."""
        if self.padding is None:
            return 0
        return self.padding[0] if self.room is None else min(max(self.padding[0], self.room[0]), self.room[1])


def modality_of(source: PixelSource, frame: int = 0) -> Modality:
    """What the header says of one frame: its own groups before the shared ones before the top level."""
    if source.facts is not None:  # shared by all files that say the same
        return _modality_from(source.facts, source.header, source.layout)
    return _modality(source.header, source.layout, frame)


_known: dict[tuple[Facts, Layout], Modality] = {}


def _modality_from(facts: Facts, header: Dataset, layout: Layout) -> Modality:
    found = _known.get((facts, layout))
    if found is None:
        if len(_known) > MOST_KNOWN:
            _known.clear()
        found = _known[facts, layout] = _modality(header, layout, 0)
    return found


def _modality(header: Dataset, layout: Layout, frame: int) -> Modality:
    notes: list[str] = []
    with quietly():
        group = transformation(header, frame)
        slope, intercept = number(group, "RescaleSlope"), number(group, "RescaleIntercept")
        dose, unit = number(header, "DoseGridScaling"), _unit(header, group, frame)
        padding = _padding(header, layout)
    table = first_table(header, "ModalityLUTSequence", signed=layout.signed)
    if table is not None:
        return Modality(table=table, unit=_named(table.title), padding=padding)
    if dose:
        relative = str(header.get("DoseUnits") or "").strip().upper() == "RELATIVE"
        return Modality(dose, 0.0, None, "" if relative else "Gy", padding)
    if slope == 0:
        return Modality(padding=padding, warnings=("Rescale Slope is 0; stored values are shown.",))
    if (slope is None) != (intercept is None):
        notes.append("Only half of the rescale is given; the other half is assumed.")
    found = Modality(
        1.0 if slope is None else slope, intercept or 0.0, None, unit, padding, None, tuple(notes)
    )
    return replace(found, room=_room(found, layout))


def _room(m: Modality, layout: Layout) -> tuple[int, int] | None:
    """The stored values that stay within a type of the stored size; None where there is no such limit."""
    if not m.is_whole or m.slope <= 0 or layout.is_float or layout.bits_allocated > 32:
        return None
    bits = max(8, layout.bits_allocated)
    half = 1 << (bits - 1)
    low, high = (-half, half - 1) if layout.signed or m.intercept < 0 else (0, 2 * half - 1)
    slope, intercept = int(m.slope), int(m.intercept)
    return -((intercept - low) // slope), (high - intercept) // slope


def transformation(header: Dataset, frame: int) -> Dataset:
    """The data set that holds the rescale of a frame."""
    return functional_group(header, frame, "PixelValueTransformationSequence") or header


def functional_group(header: Dataset, frame: int, sequence: str) -> Dataset | None:
    """The first item of a frame's `sequence`, or of the shared one."""
    for groups, position in (
        ("PerFrameFunctionalGroupsSequence", frame),
        ("SharedFunctionalGroupsSequence", 0),
    ):
        try:
            items = header.get(groups)
            inner = items[position].get(sequence) if items is not None and position < len(items) else None
            if inner:
                found: Dataset = inner[0]
                return found
        except Exception:  # noqa: BLE001 - untrusted bytes: a group that fails is not there
            continue
    return None


def _unit(header: Dataset, group: Dataset, frame: int) -> str:
    """What the values are in. CT that is rescaled without a word is in HU, unless it is a localiser."""
    named = _named(str(group.get("RescaleType") or "")) or _mapped_unit(header, group, frame)
    if named:
        return named
    modality = str(header.get("Modality") or "")
    if modality == "PT":
        return _named(str(header.get("Units") or ""))
    kind = [str(v) for v in header.get("ImageType") or ()]
    rescaled = number(group, "RescaleSlope") is not None
    return "HU" if modality == "CT" and rescaled and "LOCALIZER" not in kind else ""


def _mapped_unit(header: Dataset, group: Dataset, frame: int) -> str:
    """The unit of a real-world value mapping that says the same as the rescale, as of perfusion maps."""
    mapping = functional_group(header, frame, "RealWorldValueMappingSequence")
    if mapping is None:
        return ""
    pairs = (("RealWorldValueSlope", "RescaleSlope"), ("RealWorldValueIntercept", "RescaleIntercept"))
    if any(number(mapping, real) != number(group, stored) for real, stored in pairs):
        return ""
    units = mapping.get("MeasurementUnitsCodeSequence") or ()
    return next((_named(str(unit.get("CodeValue") or "")) for unit in units), "")


def _named(text: str) -> str:
    cleaned = "".join(c for c in text if c.isprintable()).strip()[:16]
    return "" if cleaned.upper() in _NO_UNIT else cleaned


def _padding(header: Dataset, layout: Layout) -> tuple[int, int] | None:
    """Pixel Padding Value and Range Limit as stored values, whatever sign they were written with."""
    value = number(header, "PixelPaddingValue")
    if value is None or layout.is_float:
        return None
    limit = number(header, "PixelPaddingRangeLimit")
    low, high = sorted(_as_stored(int(v), layout) for v in (value, value if limit is None else limit))
    return low, high


def _as_stored(value: int, layout: Layout) -> int:
    bits = layout.bits_allocated
    value &= (1 << bits) - 1
    return value - (1 << bits) if layout.signed and value >> (bits - 1) else value


def rescale(
    stored: Numbers, modalities: Sequence[Modality], possible: tuple[int, int] | None = None
) -> Numbers:
    """Stored pictures (n, rows, columns) to values, one `Modality` for each; may change `stored` in place.

    The stored type is kept where the result is exact in it, another of the same size before a wider one.
    `possible` are the lowest and highest stored value, where known; else they are looked for.
    """
    if all(m.table is None and (m.slope, m.intercept) == (1.0, 0.0) for m in modalities):
        return stored
    if stored.dtype.kind == "f" or not all(m.is_whole for m in modalities):
        return _as_floats(stored, modalities)
    target = _whole_type(stored, list(_ends(stored, modalities, possible)))
    if target.itemsize == stored.dtype.itemsize and all(m.table is None for m in modalities):
        out = stored.view(target)  # same bytes; whole numbers wrap, and the result is known to fit
        for picture, m in zip(out, modalities, strict=True):
            _shift(picture, m)
        return out
    out = np.empty(stored.shape, target)
    for picture, values, m in zip(out, stored, modalities, strict=True):
        picture[...] = m.table.apply(values) if m.table is not None else _wide(values, m)
    return out


def _shift(picture: Numbers, m: Modality) -> None:
    """Multiply and add in place, modulo the size of the type."""
    size = 1 << (8 * picture.dtype.itemsize)
    unsigned = picture.view(f"u{picture.dtype.itemsize}")
    if m.slope != 1:
        np.multiply(unsigned, unsigned.dtype.type(int(m.slope) % size), out=unsigned)
    np.add(unsigned, unsigned.dtype.type(int(m.intercept) % size), out=unsigned)


def _wide(values: Numbers, m: Modality) -> Numbers:
    return values.astype(np.int64) * int(m.slope) + int(m.intercept)


def _as_floats(stored: Numbers, modalities: Sequence[Modality]) -> Numbers:
    out = np.empty(stored.shape, np.float64 if stored.dtype.itemsize > 4 else np.float32)
    for picture, values, m in zip(out, stored, modalities, strict=True):
        if m.table is not None:
            picture[...] = m.table.apply(values)
            continue
        np.multiply(values, m.slope, out=picture, casting="unsafe")
        picture += m.intercept
    return out


def _whole_type(stored: Numbers, ends: Sequence[int]) -> np.dtype[Any]:
    """The smallest change of type that holds every result: none, the other sign, or wider."""
    low, high = min(ends), max(ends)
    kinds = (stored.dtype.kind, "iu".replace(stored.dtype.kind, ""))
    for size in (s for s in (1, 2, 4, 8) if s >= stored.dtype.itemsize):
        for kind in kinds:
            info = np.iinfo(f"{kind}{size}")
            if info.min <= low and high <= info.max:
                return info.dtype
    return np.dtype(np.float64)


def _ends(stored: Numbers, modalities: Sequence[Modality], possible: tuple[int, int] | None) -> Iterator[int]:
    """Lowest and highest result of every picture."""
    for values, m in zip(stored, modalities, strict=True):
        if m.table is not None:
            yield from (int(m.table.values.min()), int(m.table.values.max()))
        else:
            both = possible or (int(values.min()), int(values.max()))
            yield from (v * int(m.slope) + int(m.intercept) for v in both)


def blank_padding(stored: Numbers, modality: Modality) -> None:
    """Give all padded pixels of a picture the same value, in place."""
    if modality.padding is not None and set(modality.padding) != {modality.mark}:
        low, high = modality.padding
        stored[(stored >= low) & (stored <= high)] = modality.mark
