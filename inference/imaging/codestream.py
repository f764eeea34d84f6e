"""What a compressed picture says of itself: kind, size, colour, and whether it is there to the end.

Most decoders return a picture without a word when the codestream was cut, so this is looked at before.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum


class Coding(StrEnum):
    """What a codestream is, by its own markers rather than by the file's label."""

    JPEG = "JPEG"  # baseline, extended or progressive
    JPEG_LOSSLESS = "JPEG lossless"
    JPEG_LS = "JPEG-LS"
    JPEG_2000 = "JPEG 2000"
    RLE = "RLE"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Codestream:
    """What was found in the markers; zeros where they could not be read."""

    coding: Coding
    rows: int = 0
    columns: int = 0
    samples: int = 0
    precision: int = 0
    signed: bool = False
    complete: bool = True  # the end marker is there
    stored_rgb: bool = False  # JPEG: the components are RGB as they stand
    told_rgb: bool = False  # JPEG: and the decoder can see that for itself


def inspect(data: bytes, *, labelled_rgb: bool = False) -> Codestream:
    """Read the markers of a codestream. `labelled_rgb`: the file says that its colours are as they stand."""
    if data.startswith(b"\xff\xd8"):
        return _jpeg(data, labelled_rgb=labelled_rgb)
    start = 0 if data.startswith(b"\xff\x4f\xff\x51") else data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start >= 0:
        return _jpeg_2000(data, start)
    return Codestream(Coding.UNKNOWN)


def _jpeg(data: bytes, *, labelled_rgb: bool) -> Codestream:
    frame = b""
    marker = 0
    jfif, adobe = False, -1
    for code, body in _segments(data):
        if code in _FRAMES:
            marker, frame = code, body
        jfif = jfif or (code == 0xE0 and body.startswith(b"JFIF\0"))
        if code == 0xEE and body.startswith(b"Adobe") and len(body) >= 12:
            adobe = body[11]
    if len(frame) < 6:
        return Codestream(Coding.UNKNOWN, complete=False)
    precision, rows, columns, samples = struct.unpack(">BHHB", frame[:6])
    coding = {0xC3: Coding.JPEG_LOSSLESS, 0xF7: Coding.JPEG_LS}.get(marker, Coding.JPEG)
    components = [tuple(frame[i : i + 2]) for i in range(6, min(len(frame), 6 + 3 * samples) - 1, 3)]
    told = not jfif and (adobe == 0 or (adobe < 0 and bytes(c[0] for c in components) == b"RGB"))
    even = len({sampling for _, sampling in components}) == 1
    stored = told or (labelled_rgb and not jfif and adobe < 0 and even)
    return Codestream(
        coding, rows, columns, samples, precision, complete=_ends(data), stored_rgb=stored, told_rgb=told
    )


def _ends(data: bytes) -> bool:
    """The end marker is there. Compressed data never look like it; a thumbnail in the first half may."""
    return data.rfind(b"\xff\xd9", len(data) // 2 if len(data) > 4096 else 0) > 0


_FRAMES = frozenset((0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xF7))
_SCAN = 0xDA


def _segments(data: bytes) -> list[tuple[int, bytes]]:
    """The marker segments before the first scan."""
    found = []
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        code = data[at + 1]
        if code in (0xFF, 0x01) or 0xD0 <= code <= 0xD8:  # fill bytes and markers without a body
            at += 1 if code == 0xFF else 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        found.append((code, data[at + 4 : at + 2 + length]))
        if code == _SCAN or length < 2:
            break
        at += 2 + length
    return found


def _jpeg_2000(data: bytes, start: int) -> Codestream:
    size = data[start + 4 :][:41]  # SIZ after its marker: length, capabilities, sizes and offsets, components
    if len(size) < 39:
        return Codestream(Coding.JPEG_2000, complete=False)
    right, bottom, left, top = struct.unpack(">4L", size[4:20])
    samples, depth = struct.unpack(">HB", size[36:39])
    return Codestream(
        Coding.JPEG_2000,
        rows=bottom - top,
        columns=right - left,
        samples=samples,
        precision=(depth & 0x7F) + 1,
        signed=bool(depth & 0x80),
        complete=_ends(data),
    )
