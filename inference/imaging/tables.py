"""Lookup tables as DICOM writes them: Modality LUT, VOI LUT."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import quietly


@dataclass(frozen=True, eq=False)
class Table:
    """`values[0]` stands for `first` and all below; the last value for all above."""

    values: NDArray[Any]
    first: int
    bits: int
    title: str = ""

    @property
    def last(self) -> int:
        """The input at which the table ends."""
        return self.first + len(self.values) - 1

    def apply(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Look every pixel up."""
        position = np.clip(np.rint(pixels).astype(np.int64), self.first, self.last) - self.first
        found: NDArray[Any] = self.values[position]
        return found


def first_table(header: Dataset, sequence: str, *, signed: bool) -> Table | None:
    """The first readable table of the sequence called `sequence`."""
    found = tables(header, sequence, signed=signed)
    return found[0] if found else None


def tables(header: Dataset, sequence: str, *, signed: bool) -> tuple[Table, ...]:
    """All readable tables of a sequence; `signed` says whether they are looked up with signed pixels."""
    try:
        with quietly():
            items = list(header.get(sequence) or ())
            return tuple(t for t in (_table(item, signed=signed) for item in items) if t is not None)
    except Exception:  # noqa: BLE001 - untrusted bytes: a table that cannot be read is not there
        return ()


def _table(item: Dataset, *, signed: bool) -> Table | None:
    descriptor = item.get("LUTDescriptor")
    data = item.get("LUTData")
    if descriptor is None or data is None or len(descriptor) != 3:
        return None
    count, first, bits = (int(v) for v in descriptor)
    values = entries(data, count_of(count), bits)
    title = str(item.get("LUTExplanation") or item.get("ModalityLUTType") or "")
    return Table(values, signed_start(first, signed=signed), bits, title) if len(values) else None


def count_of(stated: int) -> int:
    """Number of entries; 0 stands for 65536."""
    return (stated & 0xFFFF) or 65536


def signed_start(first: int, *, signed: bool) -> int:
    """The first input of a table; it was written as signed where the pixels are, and often is misread."""
    first &= 0xFFFF
    return first - 65536 if signed and first >= 32768 else first


def entries(data: Any, count: int, bits: int) -> NDArray[Any]:
    """The entries of a table, from numbers or from bytes, one or two of which may make an entry."""
    if isinstance(data, (bytes, bytearray)):
        wide = bits > 8 or len(data) >= 2 * count
        values = np.frombuffer(
            bytes(data)[: len(data) // 2 * 2] if wide else bytes(data), "<u2" if wide else "u1"
        )
    else:
        values = np.atleast_1d(np.asarray(data)).astype(np.int64) & 0xFFFF
        if bits <= 8 and len(values) < count and len(values) * 2 >= count:  # two entries in each word
            values = np.frombuffer(values.astype("<u2").tobytes(), "u1")
    return values[:count]
