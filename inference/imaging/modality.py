"""From stored values to values with a meaning: Modality LUT or rescale, per frame; padding; unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.pixel_source import PixelSource, number, quietly
from inference.imaging.tables import Table, first_table

Numbers = NDArray[Any]
_NO_UNIT = ("", "US", "UNSPECIFIED")


@dataclass(frozen=True, eq=False)
class Modality:
    """How the stored values of one picture become values in `unit`. A table takes the place of the rescale.

    padding  lowest and highest stored value that mark pixels outside the picture, or None
    """

    slope: float = 1.0
    intercept: float = 0.0
    table: Table | None = None
    unit: str = ""
    padding: tuple[int, int] | None = None
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
            return float(self.table.apply(np.asarray(self.padding[0])))
        return self.padding[0] * self.slope + self.intercept


def modality_of(source: PixelSource, frame: int = 0) -> Modality:
    """What the header says of one frame: its own groups before the shared ones before the top level."""
    header = source.header
    notes: list[str] = []
    with quietly():
        group = transformation(header, frame)
        slope, intercept = number(group, "RescaleSlope"), number(group, "RescaleIntercept")
        unit = _unit(header, group)
        padding = _padding(source)
    table = first_table(header, "ModalityLUTSequence", signed=source.layout.signed)
    if table is not None:
        return Modality(table=table, unit=_named(table.title), padding=padding)
    if slope == 0:
        notes.append(f"{source.path.name}: Rescale Slope is 0; stored values are shown.")
        return Modality(padding=padding, warnings=tuple(notes))
    if (slope is None) != (intercept is None):
        notes.append(f"{source.path.name}: only half of the rescale is given; the other half is assumed.")
    return Modality(1.0 if slope is None else slope, intercept or 0.0, None, unit, padding, tuple(notes))


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


def _unit(header: Dataset, group: Dataset) -> str:
    """What the values are in. CT without a word is in HU, unless it is a localiser or something computed."""
    named = _named(str(group.get("RescaleType") or ""))
    if named:
        return named
    modality = str(header.get("Modality") or "")
    if modality == "PT":
        return _named(str(header.get("Units") or ""))
    kind = [str(v) for v in header.get("ImageType") or ()]
    original = not kind or kind[0] == "ORIGINAL"
    rescaled = number(group, "RescaleSlope") is not None
    return "HU" if modality == "CT" and original and rescaled and "LOCALIZER" not in kind else ""


def _named(text: str) -> str:
    cleaned = "".join(c for c in text if c.isprintable()).strip()[:16]
    return "" if cleaned.upper() in _NO_UNIT else cleaned


def _padding(source: PixelSource) -> tuple[int, int] | None:
    """Pixel Padding Value and Range Limit as stored values, whatever sign they were written with."""
    value = number(source.header, "PixelPaddingValue")
    if value is None or source.layout.is_float:
        return None
    limit = number(source.header, "PixelPaddingRangeLimit")
    low, high = sorted(_as_stored(int(v), source) for v in (value, value if limit is None else limit))
    return low, high


def _as_stored(value: int, source: PixelSource) -> int:
    bits = source.layout.bits_allocated
    value &= (1 << bits) - 1
    return value - (1 << bits) if source.layout.signed and value >> (bits - 1) else value


def rescale(stored: Numbers, modalities: Sequence[Modality]) -> Numbers:
    """Stored pictures (n, rows, columns) to values, one `Modality` for each; may change `stored` in place.

    The stored type is kept where the result is exact in it, another of the same size before a wider one.
    """
    if all(m.table is None and (m.slope, m.intercept) == (1.0, 0.0) for m in modalities):
        return stored
    if stored.dtype.kind == "f" or not all(m.is_whole for m in modalities):
        return _as_floats(stored, modalities)
    target = _whole_type(stored, modalities)
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


def _whole_type(stored: Numbers, modalities: Sequence[Modality]) -> np.dtype[Any]:
    """The smallest change of type that holds every result: none, the other sign, or wider."""
    ends = list(_ends(stored, modalities))
    low, high = min(ends), max(ends)
    kinds = (stored.dtype.kind, "iu".replace(stored.dtype.kind, ""))
    for size in (s for s in (1, 2, 4, 8) if s >= stored.dtype.itemsize):
        for kind in kinds:
            info = np.iinfo(f"{kind}{size}")
            if info.min <= low and high <= info.max:
                return info.dtype
    return np.dtype(np.float64)


def _ends(stored: Numbers, modalities: Sequence[Modality]) -> Iterator[int]:
    """Lowest and highest result of every picture."""
    for values, m in zip(stored, modalities, strict=True):
        if m.table is not None:
            yield from (int(m.table.values.min()), int(m.table.values.max()))
        else:
            both = (int(values.min()), int(values.max()))
            yield from (v * int(m.slope) + int(m.intercept) for v in both)


def blank_padding(stored: Numbers, modality: Modality) -> None:
    """Give all padded pixels of a picture one value, in place, where the header names a range of them."""
    if modality.padding is not None and modality.padding[0] != modality.padding[1]:
        low, high = modality.padding
        stored[(stored >= low) & (stored <= high)] = low
