"""Overlay planes (60xx): graphics and regions of one bit per pixel that lie over a picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from inference.imaging.layout import quietly
from inference.imaging.objects.items import text
from inference.imaging.objects.opening import opening, read_object
from inference.imaging.pixel_source import pixel_source

GROUPS = range(0x6000, 0x6020, 2)
LARGEST = 1 << 28  # pixels of one plane, all frames together
WHAT = "a picture with overlays"
Bits = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class OverlayPlane:
    """One overlay of one file.

    bits         (frames, rows, columns)
    origin       (row, column) of its first pixel within the picture, from 0; may lie outside
    first_frame  frame of the picture that its first frame belongs to, from 0
    every_frame  its one frame lies over all frames of the picture
    region       it outlines a region rather than drawing graphics
    """

    bits: Bits
    origin: tuple[int, int]
    label: str = ""
    first_frame: int = 0
    every_frame: bool = True
    region: bool = False

    def frame(self, frame: int) -> Bits | None:
        """(rows, columns) of what lies over a frame of the picture; None where nothing does."""
        own = 0 if self.every_frame else frame - self.first_frame
        if not 0 <= own < len(self.bits):
            return None
        bits: Bits = self.bits[own]
        return bits

    def over(self, shape: tuple[int, int], frame: int = 0) -> Bits:
        """(rows, columns) of a picture of this shape, true where the overlay is drawn."""
        covered = np.zeros(shape, bool)
        bits = self.frame(frame)
        if bits is None:
            return covered
        spans = [_common(o, n, s) for o, n, s in zip(self.origin, bits.shape, shape, strict=True)]
        (to_row, from_row), (to_column, from_column) = spans
        covered[to_row, to_column] = bits[from_row, from_column]
        return covered


def overlays_60xx(dataset: Dataset) -> list[OverlayPlane]:
    """The overlays that a header carries; those that cannot be read are left out."""
    with quietly():
        found = (_plane(dataset, group) for group in GROUPS)
        return [plane for plane in found if plane is not None]


def overlays_of(path: Path) -> list[OverlayPlane]:
    """The overlays of a file, also those that old files keep in unused bits of the pixels."""
    header = read_object(path, WHAT)
    with opening(path, WHAT):
        embedded = [_embedded(path, header, group) for group in GROUPS if _is_embedded(header, group)]
    return [*overlays_60xx(header), *(plane for plane in embedded if plane is not None)]


def _plane(dataset: Dataset, group: int) -> OverlayPlane | None:
    element = dataset.get((group, 0x3000))
    rows, columns, frames = (_whole(dataset, group, tag, 1) for tag in (0x0010, 0x0011, 0x0015))
    if element is None or not 0 < rows * columns * frames <= LARGEST or min(rows, columns, frames) < 1:
        return None
    data = element.value
    if not isinstance(data, (bytes, bytearray)) or len(data) * 8 < rows * columns * frames:
        return None
    bits = np.unpackbits(np.frombuffer(bytes(data), np.uint8), bitorder="little")
    stack = bits[: rows * columns * frames].astype(bool).reshape(frames, rows, columns)
    return _described(dataset, group, stack)


def _described(dataset: Dataset, group: int, bits: Bits) -> OverlayPlane:
    row, column = _pair(_value(dataset, group, 0x0050))
    several = len(bits) > 1 or _value(dataset, group, 0x0051) is not None
    return OverlayPlane(
        bits,
        (row - 1, column - 1),
        _label(dataset, group),
        max(0, _whole(dataset, group, 0x0051, 1) - 1),
        every_frame=not several,
        region=str(_value(dataset, group, 0x0040) or "").strip().upper() == "R",
    )


def _label(dataset: Dataset, group: int) -> str:
    holder = Dataset()
    holder.SeriesDescription = str(_value(dataset, group, 0x1500) or _value(dataset, group, 0x0022) or "")[
        :64
    ]
    return text(holder, "SeriesDescription")


def _is_embedded(dataset: Dataset, group: int) -> bool:
    return (group, 0x3000) not in dataset and _whole(dataset, group, 0x0100, 1) > 1


def _embedded(path: Path, dataset: Dataset, group: int) -> OverlayPlane | None:
    """One bit of every stored pixel of an uncompressed file."""
    source = pixel_source(path)
    layout, position = source.layout, _whole(dataset, group, 0x0102, 0)
    count = layout.rows * layout.columns * layout.frames
    used = range(layout.high_bit - layout.bits_stored + 1, layout.high_bit + 1)
    if source.encapsulated or layout.samples != 1 or not 0 <= position < layout.bits_allocated:
        return None
    if position in used or not 0 < count <= LARGEST:
        return None
    order = ">" if layout.big_endian else "<"
    with source.open() as file:
        file.seek(source.offset)
        data = file.read(count * layout.bits_allocated // 8)
    stored = np.frombuffer(data, f"{order}u{layout.bits_allocated // 8}")
    if len(stored) < count:
        return None
    bits = (stored >> position & 1).astype(bool).reshape(layout.frames, layout.rows, layout.columns)
    return _described(dataset, group, bits)


def _value(dataset: Dataset, group: int, element: int) -> object:
    try:
        found = dataset.get((group, element))
        return None if found is None else found.value
    except Exception:  # noqa: BLE001 - untrusted bytes: an element that cannot be read is not there
        return None


def _whole(dataset: Dataset, group: int, element: int, default: int) -> int:
    value = _value(dataset, group, element)
    try:
        return default if value is None else int(str(value))
    except ValueError:
        return default


def _pair(value: object) -> tuple[int, int]:
    """Row and column of the origin, counted from 1."""
    if isinstance(value, (MultiValue, list, tuple)) and len(value) == 2:
        return int(value[0]), int(value[1])
    return 1, 1


def _common(origin: int, size: int, room: int) -> tuple[slice, slice]:
    """Where an overlay lies along one axis of the picture, and which part of the overlay that is."""
    first, last = max(0, origin), min(room, origin + size)
    last = max(first, last)
    return slice(first, last), slice(first - origin, last - origin)
