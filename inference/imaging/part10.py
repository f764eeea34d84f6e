"""Where the data set of a DICOM file starts and how it is written (PS3.10), whatever the label says."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct

from inference.imaging.elements import VRS

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
NATIVE = frozenset({IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN})
"""Transfer syntaxes whose pixels are not encapsulated."""

LARGEST_INFLATED = 2 << 30  # a deflated data set that grows beyond this is refused
MOST_INFLATION = 300  # and one that grows by more than this, once it is large enough to hurt
HARMLESS = 64 << 20

_PREAMBLE = 128
_SYNTAX, _MEDIA_CLASS, _MEDIA_INSTANCE = 0x00020010, 0x00020002, 0x00020003
_EXPLICIT_HEAD = Struct("<HH2sH")
_LONG = Struct("<L")


class NotDicomError(Exception):
    """The bytes are not DICOM, in words. `claims` says whether they look as if they wanted to be."""

    def __init__(self, reason: str, *, claims: bool) -> None:
        super().__init__(reason)
        self.claims = claims


@dataclass(frozen=True)
class Start:
    """Where the data set starts, how it is written, and what the file meta information says."""

    offset: int
    transfer_syntax: str  # what applies; the label where the label is right
    explicit: bool
    little: bool
    has_meta: bool
    sop_class: str = ""
    sop_instance: str = ""
    notes: tuple[str, ...] = ()


def find_start(head: bytes) -> Start:
    """Read the preamble and the file meta information. NotDicomError where there is no data set."""
    if head[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        offset = _PREAMBLE + 4
    elif head[:4] == b"DICM":
        offset = 4
    elif _looks_like_elements(head):
        offset = 0
    else:
        raise NotDicomError("It is not DICOM.", claims=False)
    notes = () if offset == _PREAMBLE + 4 else ("The file has no DICOM preamble.",)
    meta, offset = _meta(head, offset)
    if offset + 8 > len(head):
        raise NotDicomError("It ends before the first element.", claims=True)
    return _start(head, offset, meta, notes)


def inflate(data: bytes) -> bytes:
    """A deflated data set. NotDicomError where it grows beyond all reason or is broken."""
    limit = max(HARMLESS, min(LARGEST_INFLATED, len(data) * MOST_INFLATION))
    machine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = machine.decompress(data, limit)
    except zlib.error:
        raise NotDicomError("Its deflated contents are damaged.", claims=True) from None
    if machine.unconsumed_tail:
        raise NotDicomError(
            f"Its deflated contents grow beyond {limit >> 20} MB; it is not opened.", claims=True
        )
    return inflated


def _start(head: bytes, offset: int, meta: dict[int, bytes], notes: tuple[str, ...]) -> Start:
    label = _uid(meta.get(_SYNTAX, b""))
    if label == DEFLATED:
        explicit, little = True, True
    else:
        explicit, little = _written(head, offset)
        notes += _contradictions(label, explicit=explicit, little=little)
    return Start(
        offset=offset,
        transfer_syntax=_applied(label, explicit=explicit, little=little),
        explicit=explicit,
        little=little,
        has_meta=bool(meta),
        sop_class=_uid(meta.get(_MEDIA_CLASS, b"")),
        sop_instance=_uid(meta.get(_MEDIA_INSTANCE, b"")),
        notes=notes,
    )


def _applied(label: str, *, explicit: bool, little: bool) -> str:
    if label and label not in (IMPLICIT, EXPLICIT, BIG_ENDIAN):
        return label
    if not explicit:
        return IMPLICIT
    return EXPLICIT if little else BIG_ENDIAN


def _contradictions(label: str, *, explicit: bool, little: bool) -> tuple[str, ...]:
    if not label:
        return (
            "The file does not say how it is written (no transfer syntax); that was found from its bytes.",
        )
    if explicit == (label == IMPLICIT) or little == (label == BIG_ENDIAN):
        return ("The file is written in another way than its transfer syntax says; its bytes were followed.",)
    return ()


def _written(head: bytes, offset: int) -> tuple[bool, bool]:
    """(explicit VR, little endian) as the first element shows."""
    explicit = head[offset + 4 : offset + 6] in VRS
    group = int.from_bytes(head[offset : offset + 2], "little")
    # No file starts with a group above 0x00FF; a big one is a small one the other way round.
    little = not (group > 0x00FF and group & 0x00FF == 0 and explicit)
    return explicit, little


def _meta(head: bytes, offset: int) -> tuple[dict[int, bytes], int]:
    """Elements of group 2 and where they end; explicit VR as the standard asks, or implicit as some write."""
    meta: dict[int, bytes] = {}
    while offset + 8 <= len(head):
        group, element, vr, length = _EXPLICIT_HEAD.unpack_from(head, offset)
        if group != 2:
            break
        start = offset + 8
        if vr not in VRS:
            length = _LONG.unpack_from(head, offset + 4)[0]
        elif vr in (b"OB", b"UN", b"OW", b"UT", b"SQ"):
            start = offset + 12
            length = int.from_bytes(head[offset + 8 : start], "little")
        meta[group << 16 | element] = head[start : start + length]
        offset = start + length
    return meta, offset


def _looks_like_elements(head: bytes) -> bool:
    """Whether the bytes start like a data set without preamble: group 2 or 8, small element, sane length."""
    if len(head) < 16:
        return False
    vr = head[4:6]
    if head[:2] in (b"\x02\x00", b"\x08\x00"):
        length = int.from_bytes(head[6:8], "little") if vr in VRS else int.from_bytes(head[4:8], "little")
        return head[3] == 0 and length < 1024
    return head[:2] == b"\x00\x08" and head[2] == 0 and vr in VRS


def _uid(raw: bytes) -> str:
    return raw.strip(b" \0").decode("ascii", "replace")
