"""The top level of a data set, element by element, straight from the bytes: headers by the thousand.

Only the well-formed little-endian case is walked here, several times faster than by a general parser.
Whatever looks odd is left to pydicom; both ways give the same raw values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from struct import Struct
from typing import Any

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from inference.imaging import tags
from inference.imaging.quiet import quiet

UNDEFINED = 0xFFFFFFFF
DEEPEST = 24  # sequences within sequences
_EMPTY_SEQUENCE = 8  # bytes: at most one item with nothing in it

_SOURCES = frozenset({0x00081140, 0x00082112, 0x00089124, 0x00089092})  # describe other images
_MACROS = frozenset(
    {
        0x00189114,
        0x00189117,
        0x00189118,
        0x00189076,
        0x00189226,
        0x00189329,
        0x00209111,
        0x00209113,
        0x00209116,
    }
    | {0x00289110, 0x00209310, 0x00189751}
)  # sequences without VR in implicit files

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_EXPLICIT = Struct("<HH2sH")
_IMPLICIT = Struct("<HHL")
_LONG = Struct("<L")
_LONG_VRS = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split())
VRS = _LONG_VRS | _SHORT_VRS


class OddError(Exception):
    """The bytes are not plain enough for the quick way."""


class ShortError(Exception):
    """More of the file is needed."""


@dataclass
class Elements:
    """Raw values of the wanted elements, and where the header ended.

    values  tag -> (VR as the file says it, or "" where it does not; bytes)
    nested  wanted sequences, parsed
    pixels  (tag, length, offset of the value from the start of the data set), None where there are none
    cut     the bytes ended in the middle of an element
    count   elements seen
    """

    values: dict[int, tuple[str, bytes]] = field(default_factory=dict)
    nested: dict[int, Any] = field(default_factory=dict)
    pixels: tuple[int, int, int] | None = None
    cut: bool = False
    count: int = 0
    little: bool = True


def read_elements(data: bytes, *, explicit: bool, little: bool, complete: bool) -> Elements:
    """The wanted elements of a data set. ShortError where `data` is not `complete` and ends too early."""
    if little:
        try:
            return walk(data, explicit=explicit, complete=complete)
        except OddError:
            pass
    found = parse(data, explicit=explicit, little=little)
    if found.pixels is None and not complete:
        raise ShortError
    return found


def walk(data: bytes, *, explicit: bool, complete: bool) -> Elements:
    """The quick way: skip what is not wanted by its length. OddError where pydicom has to be asked."""
    found = Elements()
    size, last, end = len(data), 0, 0
    for tag, vr, start, end in spans(data, explicit=explicit):
        if tag <= last or tag in tags.NESTED:
            _check_plain(tag, last, end - start)
        last = tag
        if tag in tags.PIXEL_TAGS:
            found.pixels = (tag, _length_before(data, start, vr), start)
            return found
        if end > size:
            break
        found.count += 1
        if tag in tags.WANTED and vr != b"SQ":
            found.values[tag] = (vr.decode("ascii"), data[start:end])
    if not complete:
        raise ShortError
    found.cut = end != size
    return found


def parse(data: bytes, *, explicit: bool, little: bool) -> Elements:
    """The thorough way: pydicom reads every element up to the pixels."""
    found = Elements(little=little)

    def at_pixels(tag: Any, _vr: str | None, length: int) -> bool:
        if int(tag) in tags.PIXEL_TAGS:
            found.pixels = (int(tag), length, stream.tell())
        return found.pixels is not None

    stream = BytesIO(data)
    with quiet():
        dataset = read_dataset(stream, not explicit, little, stop_when=at_pixels)
    found.count = len(dataset)
    _collect(dataset, found)
    found.cut = found.pixels is None and (stream.tell() < len(data) or _last_is_cut(dataset))
    return found


def _check_plain(tag: int, last: int, length: int) -> None:
    """Elements in order, and no sequence that matters; some writers leave an empty one behind."""
    if tag <= last or length > _EMPTY_SEQUENCE:
        raise OddError


def _collect(dataset: Dataset, found: Elements) -> None:
    for tag in tags.WANTED.intersection(map(int, dataset.keys())):
        element = dataset.get_item(tag, keep_deferred=True)
        if tag in tags.NESTED:
            items = [_flat(item, found.little) for item in _items(dataset, tag)]
            if any(item.values for item in items):
                found.nested[tag] = items
        elif isinstance(element, RawDataElement):
            found.values[tag] = (element.VR or "", element.value or b"")


def _flat(item: Dataset, little: bool, depth: int = 0) -> Elements:
    """The wanted elements of an item and of all sequences within it; functional groups share no element."""
    flat = Elements(little=little)
    for element in _raw_elements(item):
        tag = int(element.tag)
        if element.VR == "SQ" or tag in _MACROS:
            inner = [] if tag in _SOURCES or depth > 3 else _items(item, tag)
            for part in inner[:1]:
                flat.values.update(_flat(part, little, depth + 1).values)
        elif tag in tags.WANTED and isinstance(element, RawDataElement):
            flat.values[tag] = (element.VR or "", element.value or b"")
    return flat


def _items(dataset: Dataset, tag: int) -> list[Dataset]:
    with quiet():
        value = dataset[tag].value
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str | bytes) else []


def _raw_elements(dataset: Dataset) -> Iterator[Any]:
    return (dataset.get_item(tag, keep_deferred=True) for tag in list(dataset.keys()))


def _last_is_cut(dataset: Dataset) -> bool:
    raw = [element for element in _raw_elements(dataset) if isinstance(element, RawDataElement)]
    last = max(raw, key=lambda element: element.value_tell, default=None)
    return last is not None and last.length != UNDEFINED and len(last.value or b"") < last.length


def spans(data: bytes, *, explicit: bool, at: int = 0) -> Iterator[tuple[int, bytes, int, int]]:
    """(tag, VR, start, end) of each element; `end` may lie beyond the data."""
    size = len(data)
    while at + 8 <= size:
        if explicit:
            group, element, vr, length = _EXPLICIT.unpack_from(data, at)
            start = at + 8
            if vr in _LONG_VRS:
                start = at + 12
                length = _LONG.unpack_from(data, at + 8)[0] if start <= size else 0
            elif vr not in _SHORT_VRS:
                raise OddError
        else:
            group, element, length = _IMPLICIT.unpack_from(data, at)
            start, vr = at + 8, b""
        tag = group << 16 | element
        if length != UNDEFINED or tag in tags.PIXEL_TAGS:
            at = start + length
        else:
            at = _past_sequence(data, start, explicit=explicit, vr=vr)
        yield tag, vr, start, at


def _past_sequence(data: bytes, at: int, *, explicit: bool, vr: bytes, depth: int = 0) -> int:
    """Where a sequence of undefined length ends; beyond the data where it does not end in it."""
    if depth > DEEPEST or vr not in (b"SQ", b""):
        raise OddError
    while at + 8 <= len(data):
        group, element, length = _IMPLICIT.unpack_from(data, at)
        tag, at = group << 16 | element, at + 8
        if tag == _SEQUENCE_END:
            return at
        if tag != _ITEM:
            raise OddError
        at = at + length if length != UNDEFINED else _past_item(data, at, explicit=explicit, depth=depth)
    return len(data) + 1


def _past_item(data: bytes, at: int, *, explicit: bool, depth: int) -> int:
    while at + 8 <= len(data):
        group, element, vr, length = _EXPLICIT.unpack_from(data, at)
        if (group << 16 | element) == _ITEM_END:
            return at + 8
        start = at + 8
        if not explicit or group == 0xFFFE:
            length, vr = _LONG.unpack_from(data, at + 4)[0], b""
        elif vr in _LONG_VRS:
            start = at + 12
            length = _LONG.unpack_from(data, at + 8)[0] if start <= len(data) else 0
        elif vr not in _SHORT_VRS:
            raise OddError
        at = start + length
        if length == UNDEFINED:
            at = _past_sequence(data, start, explicit=explicit, vr=vr, depth=depth + 1)
    return len(data) + 1


def _length_before(data: bytes, start: int, vr: bytes) -> int:
    if vr in _SHORT_VRS:
        raise OddError
    return int(_LONG.unpack_from(data, start - 4)[0])
