"""Compressed frames inside their fragments: which bytes of the file belong to which frame."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import BinaryIO

from inference.errors import PixelError
from inference.imaging.pixel_source import PixelSource

ITEM = 0xFFFEE000
END = 0xFFFEE0DD
MOST_FRAGMENTS = 1_000_000
RLE = "1.2.840.10008.1.2.5"
_STARTS = (
    b"\xff\xd8",
    b"\xff\x4f\xff\x51",
    b"\0\0\0\x0cjP",
)  # JPEG and JPEG-LS, JPEG 2000, the same in a box
_HINT = "Copy the file again from its source; the other files of the study are not affected."


@dataclass(frozen=True)
class Fragment:
    """One piece of compressed data; `whole` says that the file did not end within it."""

    offset: int  # of its first byte in the file
    length: int
    item: int  # of its item tag, counted from the first fragment's
    whole: bool = True


@dataclass(frozen=True)
class FrameIndex:
    """The fragments of every frame, in order. A cut file has fewer frames than its header promises."""

    frames: tuple[tuple[Fragment, ...], ...]
    warnings: tuple[str, ...] = ()


def frame_index(source: PixelSource) -> FrameIndex:
    """Assign fragments to frames: by the offset tables where true, else by where codestreams start."""
    with source.open() as file:
        file.seek(source.offset)
        table, fragments, ended = _fragments(file, source)
        starts = _codestream_starts(file, fragments)
    if not fragments:
        raise PixelError(f"{source.path.name} has no compressed data.", hint=_HINT)
    index = _assign(source, fragments, _extended_table(source) or table, starts)
    if ended or index.warnings or not fragments[-1].whole:
        return index
    return replace(index, warnings=(f"{source.path.name} ends without its end mark; it may be cut short.",))


def read_frame(source: PixelSource, index: FrameIndex, frame: int) -> tuple[bytes, bool]:
    """The codestream of one frame, and whether the file holds it to the end."""
    if frame >= len(index.frames):
        there = f"{len(index.frames)} of its {source.layout.frames} pictures are there"
        raise PixelError(f"{source.path.name} is cut short: {there}.", hint=_HINT)
    pieces = index.frames[frame]
    with source.open() as file:
        data = b"".join(_piece(file, fragment) for fragment in pieces)
    return data, all(fragment.whole for fragment in pieces)


def _piece(file: BinaryIO, fragment: Fragment) -> bytes:
    file.seek(fragment.offset)
    return file.read(fragment.length)


def _fragments(file: BinaryIO, source: PixelSource) -> tuple[tuple[int, ...], list[Fragment], bool]:
    """The basic offset table, all fragments, and whether the delimiter follows them."""
    end = source.offset + source.length
    table: tuple[int, ...] = ()
    found: list[Fragment] = []
    first = None
    while len(found) < MOST_FRAGMENTS and (item := _item(file)) is not None:
        start, length = file.tell(), min(item, end - file.tell())
        if first is None:
            table = struct.unpack(f"<{length // 4}L", file.read(length // 4 * 4))
            first = start + length
        elif item:
            found.append(Fragment(start, length, start - 8 - first, whole=length == item))
        file.seek(start + length)
    return table, found, file.tell() <= end and _delimited(file)


def _delimited(file: BinaryIO) -> bool:
    """Whether the sequence delimiter was what `_item` stopped at."""
    file.seek(-min(8, file.tell()), 1)
    start = file.read(8)
    return len(start) == 8 and struct.unpack("<HH", start[:4]) == (END >> 16, END & 0xFFFF)


def _item(file: BinaryIO) -> int | None:
    """Length of the next item; None at the delimiter, at the end, and where there is no item."""
    start = file.read(8)
    if len(start) < 8:
        return None
    group, element, length = struct.unpack("<HHL", start)
    return int(length) if group << 16 | element == ITEM else None


def _codestream_starts(file: BinaryIO, fragments: list[Fragment]) -> list[int]:
    """Which fragments begin a codestream, as positions in `fragments`."""
    found = []
    for position, fragment in enumerate(fragments):
        file.seek(fragment.offset)
        if file.read(6).startswith(_STARTS):
            found.append(position)
    return found


def _extended_table(source: PixelSource) -> tuple[int, ...]:
    """(7FE0,0001), which counts in 64 bits; empty where there is none."""
    raw = source.header.get("ExtendedOffsetTable")
    if not isinstance(raw, bytes) or len(raw) % 8:
        return ()
    return struct.unpack(f"<{len(raw) // 8}Q", raw)


def _assign(
    source: PixelSource, fragments: list[Fragment], offsets: tuple[int, ...], starts: list[int]
) -> FrameIndex:
    frames = source.layout.frames
    if frames == 1:
        return FrameIndex((tuple(fragments),))
    by_item = {fragment.item: position for position, fragment in enumerate(fragments)}
    if (
        len(offsets) == frames
        and list(offsets) == sorted(set(offsets))
        and all(o in by_item for o in offsets)
    ):
        return FrameIndex(_split(fragments, [by_item[o] for o in offsets]))
    notes = () if not offsets or source.length == 0 else (_table_note(source, fragments),)
    if len(fragments) == frames or (source.syntax == RLE and len(fragments) <= frames):
        return FrameIndex(_split(fragments, list(range(len(fragments)))), notes)
    if starts and starts[0] == 0 and len(starts) <= frames:
        return FrameIndex(_split(fragments, starts), notes)
    raise PixelError(
        f"{source.path.name} does not say which of its {len(fragments)} pieces "
        f"belong to which of its {frames} pictures.",
        hint="Export it again from the archive.",
    )


def _table_note(source: PixelSource, fragments: list[Fragment]) -> str:
    if fragments[-1].whole:
        return f"{source.path.name}: its table of pictures is wrong; they were told apart by their contents."
    return f"{source.path.name} is cut short: the last pictures are missing."


def _split(fragments: list[Fragment], starts: list[int]) -> tuple[tuple[Fragment, ...], ...]:
    """Cut the list of fragments before each position in `starts`."""
    ends = [*starts[1:], len(fragments)]
    return tuple(tuple(fragments[a:b]) for a, b in zip(starts, ends, strict=True))
