"""One file's pixel data before any of it is read: what the header says of it, and where it lies."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, cast

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag

from inference.errors import FileError, PixelError
from inference.imaging.elements import UNDEFINED, OddError, spans
from inference.imaging.layout import OPEN_HINT, Layout, layout_of, quietly
from inference.imaging.part10 import DEFLATED, NotDicomError, Start, find_start, inflate

FLOAT_BITS = {0x7FE00008: 32, 0x7FE00009: 64}  # Float and Double Float Pixel Data
PIXEL_TAGS = {0x7FE00010, *FLOAT_BITS}
FIRST_READ = 1 << 14

QUICK_TAGS = frozenset(
    (
        0x00080008, 0x00080060, 0x00082144, 0x00180040, 0x00181063, 0x00181065, 0x00280002, 0x00280004,
        0x00280006, 0x00280008, 0x00280009, 0x00280010, 0x00280011, 0x00280100, 0x00280101, 0x00280102,
        0x00280103, 0x00280120, 0x00280121, 0x00281052, 0x00281053, 0x00281054, 0x30040002, 0x3004000E,
        0x00541001, 0x20500020,
    )
)  # fmt: skip
"""All that the pixels of a plain file need; the files of a series mostly agree in them to the byte."""

THOROUGH_TAGS = frozenset((0x00283000, 0x00283010, 0x52009229, 0x52009230, 0x7FE00001, 0x7FE00002))
"""Tables, functional groups and offsets: a file that has one is parsed as a whole."""


@dataclass(frozen=True)
class Facts:
    """The quick elements of a header as bytes: equal facts are understood once."""

    elements: tuple[tuple[int, bytes, bytes], ...]  # (tag, VR or empty, value)
    explicit: bool


@dataclass(frozen=True, eq=False)
class PixelSource:
    """Where the pixels of one file lie.

    header    what concerns the pixels; all of it where it holds tables or functional groups
    facts     set where `header` and `layout` follow from these bytes alone
    offset    of the first byte of the pixel data within the file, or within `inflated`
    length    bytes that are really there; a cut file has fewer than its header promises
    inflated  the data set of a deflated file, None otherwise
    """

    path: Path
    header: Dataset
    syntax: str
    layout: Layout
    offset: int
    length: int
    encapsulated: bool
    vr: str = ""
    facts: Facts | None = None
    inflated: bytes | None = None
    warnings: tuple[str, ...] = ()

    def open(self) -> BinaryIO:
        """The bytes that `offset` counts in; unbuffered, because pixels are read in one go."""
        if self.inflated is not None:
            return io.BytesIO(self.inflated)
        return cast(BinaryIO, self.path.open("rb", buffering=0))


@dataclass(frozen=True)
class _Element:
    """The pixel data element: its tag, VR, promised length, and where its value starts."""

    tag: int
    vr: str
    length: int
    offset: int


def pixel_source(path: Path) -> PixelSource:
    """Read the header of `path` and find its pixels.

    FileError where it cannot be read as DICOM, PixelError where it holds no pixels that can be shown.
    """
    try:
        with path.open("rb", buffering=0) as file:
            return _source(path, cast(BinaryIO, file))
    except (FileError, PixelError):
        raise
    except NotDicomError as error:
        raise FileError(f"{path.name}: {error}", hint=OPEN_HINT) from error
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.", hint=OPEN_HINT) from error
    except Exception as error:  # untrusted bytes: the parser may fail in any way
        raise FileError(f"{path.name} is not readable as DICOM.", hint=OPEN_HINT) from error


def _source(path: Path, file: BinaryIO) -> PixelSource:
    head = file.read(FIRST_READ)
    start = find_start(head)
    if start.transfer_syntax == DEFLATED:
        file.seek(start.offset)
        inflated = inflate(file.read())
        source = _thorough(path, io.BytesIO(inflated), replace(start, offset=0))
        return replace(source, inflated=inflated)
    quick = _quick(head, start)
    if quick is None:
        with path.open("rb") as buffered:  # the parser reads a few bytes at a time
            return _thorough(path, buffered, start)
    header, layout, notes, element, facts = quick
    source = _placed(path, header, layout, element, start)
    return replace(source, length=_length(file, element), facts=facts, warnings=notes)


_Quick = tuple[Dataset, Layout, tuple[str, ...], _Element, Facts]


def _quick(head: bytes, start: Start) -> _Quick | None:
    """The usual case, from a few bytes of a few elements; None where the file needs a whole parse."""
    if not start.little:
        return None
    try:
        walked = _walk(head, start)
        if walked is None:
            return None
        facts, element = walked
        return (*_understood(facts), element, facts)
    except (OddError, PixelError):  # the whole parse finds the words for it
        return None


def _walk(head: bytes, start: Start) -> tuple[Facts, _Element] | None:
    """The quick elements up to the pixels; None where there is more to the file or to the header."""
    kept: list[tuple[int, bytes, bytes]] = []
    last = 0
    for tag, vr, first, end in spans(head, explicit=start.explicit, at=start.offset):
        if tag <= last or tag in THOROUGH_TAGS or 0x00281100 < tag < 0x00281300:  # palettes
            return None
        last = tag
        if tag in PIXEL_TAGS:
            length = struct.unpack_from("<L", head, first - 4)[0]
            return Facts(tuple(kept), start.explicit), _Element(tag, vr.decode() or "OW", length, first)
        if end > len(head):
            return None
        if tag in QUICK_TAGS:
            kept.append((tag, vr, head[first:end]))
    return None


@lru_cache(maxsize=512)
def _understood(facts: Facts) -> tuple[Dataset, Layout, tuple[str, ...]]:
    """Header and layout of some facts, made once for all files that agree in them."""
    header = Dataset(
        {
            BaseTag(tag): RawDataElement(
                BaseTag(tag), vr.decode() or None, len(value), value, 0, not facts.explicit, True
            )
            for tag, vr, value in facts.elements
        }
    )
    with quietly():
        return header, *layout_of(header, "")


def _thorough(path: Path, stream: BinaryIO, start: Start) -> PixelSource:
    """Parse every element up to the pixels."""
    found: list[_Element] = []

    def at_pixels(tag: BaseTag, vr: str | None, length: int) -> bool:
        if int(tag) in PIXEL_TAGS:
            found.append(_Element(int(tag), vr or "OW", length, stream.tell()))
        return bool(found)

    stream.seek(start.offset)
    with quietly():
        header = read_dataset(stream, not start.explicit, start.little, stop_when=at_pixels)
        if not found:
            raise PixelError(f"{path.name} holds no pixels.", hint="It may be a report, or be cut short.")
        layout, notes = layout_of(header, path.name)
    source = _placed(path, header, layout, found[0], start)
    return replace(source, length=_length(stream, found[0]), warnings=notes)


def _placed(path: Path, header: Dataset, layout: Layout, element: _Element, start: Start) -> PixelSource:
    is_float = element.tag in FLOAT_BITS
    layout = replace(
        layout,
        is_float=is_float,
        bits_allocated=FLOAT_BITS.get(element.tag, layout.bits_allocated),
        big_endian=not start.little,
    )
    encapsulated = element.length == UNDEFINED
    syntax = start.transfer_syntax
    return PixelSource(path, header, syntax, layout, element.offset, 0, encapsulated, element.vr)


def _length(stream: BinaryIO, element: _Element) -> int:
    """Bytes of pixel data that are really there."""
    there = stream.seek(0, io.SEEK_END) - element.offset
    return there if element.length == UNDEFINED else min(element.length, there)
