"""One file's pixel data before any of it is read: what the header says of it, and where it lies."""

from __future__ import annotations

import io
import logging
import math
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from pydicom import config, dcmread
from pydicom.dataset import Dataset

from inference.errors import FileError, PixelError

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
NATIVE = frozenset((IMPLICIT_LITTLE, EXPLICIT_LITTLE, DEFLATED, EXPLICIT_BIG, "1.2.840.113619.5.2"))

FLOAT_TAGS = {0x7FE00008: 32, 0x7FE00009: 64}  # Float and Double Float Pixel Data
PIXEL_TAGS = {0x7FE00010, *FLOAT_TAGS}
UNDEFINED = 0xFFFFFFFF
LARGEST_INFLATED = 4 << 30  # bytes; a deflated file may claim to be any size
LARGEST_FRAME = 2 << 30

_OPEN_HINT = "Copy the file again from its source; the other files of the study are not affected."

_QUIET = threading.RLock()
config.settings.reading_validation_mode = config.IGNORE  # odd values are judged here, one by one
logging.getLogger("pydicom").setLevel(logging.ERROR)  # its warnings carry values, and so patients


@dataclass(frozen=True)
class Layout:
    """How one file stores its pixels, as its header says."""

    rows: int
    columns: int
    samples: int
    frames: int
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: bool  # colour by plane
    photometric: str
    is_float: bool = False
    big_endian: bool = False

    @property
    def dtype(self) -> np.dtype[Any]:
        """The stored type, in this machine's byte order."""
        if self.is_float:
            return np.dtype(f"f{self.bits_allocated // 8}")
        return np.dtype(f"{'i' if self.signed else 'u'}{max(8, self.bits_allocated) // 8}")

    @property
    def frame_bits(self) -> int:
        """Length of one uncompressed frame."""
        samples = 2 if self.photometric == "YBR_FULL_422" and self.samples == 3 else self.samples
        return self.rows * self.columns * samples * self.bits_allocated


@dataclass(frozen=True, eq=False)
class PixelSource:
    """Where the pixels of one file lie.

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
    inflated: bytes | None = None
    warnings: tuple[str, ...] = ()

    def open(self) -> BinaryIO:
        """The bytes that `offset` counts in."""
        return io.BytesIO(self.inflated) if self.inflated is not None else self.path.open("rb")


def pixel_source(path: Path) -> PixelSource:
    """Read the header of `path` and find its pixels.

    FileError where it cannot be read as DICOM, PixelError where it holds no pixels that can be shown.
    """
    try:
        with path.open("rb") as file, quietly():
            return _locate(path, file)
    except (FileError, PixelError):
        raise
    except OSError as error:
        raise FileError(f"{path.name} cannot be read: {error.strerror or error}.", hint=_OPEN_HINT) from error
    except Exception as error:  # untrusted bytes: the parser may fail in any way
        raise FileError(f"{path.name} is not readable as DICOM.", hint=_OPEN_HINT) from error


@contextmanager
def quietly() -> Iterator[None]:
    """No warnings from the DICOM library inside the block: they carry values, and so patients.

    One thread at a time, because Python keeps its filters per process.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _locate(path: Path, file: BinaryIO) -> PixelSource:
    inflated = _inflate(path, file) if _is_deflated(file) else None
    stream = file if inflated is None else io.BytesIO(inflated)
    header = dcmread(stream, stop_before_pixels=True, force=True)
    implicit, little = map(bool, header.original_encoding)
    tag, vr, promised = _element(stream, implicit=implicit, little=little)
    if tag not in PIXEL_TAGS:
        raise PixelError(
            f"{path.name} holds no pixels.", hint="It may be a report or a plan, or be cut short."
        )
    offset = stream.tell()
    there = stream.seek(0, io.SEEK_END) - offset
    syntax = (
        DEFLATED if inflated is not None else _syntax(header, implicit=bool(implicit), little=bool(little))
    )
    layout, notes = layout_of(header, path.name)
    layout = replace(
        layout,
        is_float=tag in FLOAT_TAGS,
        bits_allocated=FLOAT_TAGS.get(tag, layout.bits_allocated),
        big_endian=not little,
    )
    return PixelSource(
        path,
        header,
        syntax,
        layout,
        offset,
        there if promised == UNDEFINED else min(promised, there),
        encapsulated=promised == UNDEFINED,
        vr=vr,
        inflated=inflated,
        warnings=notes,
    )


def _element(stream: BinaryIO, *, implicit: bool, little: bool) -> tuple[int, str, int]:
    """Tag, VR and length of the element at which the header parser stopped; (0, "", 0) at the end."""
    order = "<" if little else ">"
    start = stream.read(8)
    if len(start) < 8:
        return 0, "", 0
    group, element, length = struct.unpack(f"{order}HHL", start)
    tag = group << 16 | element
    if implicit:
        return tag, "OW", length
    vr = start[4:6].decode("latin-1")
    if vr in ("OB", "OW", "OF", "OD", "OL", "OV", "UN"):
        rest = stream.read(4)
        return (tag, vr, struct.unpack(f"{order}L", rest)[0]) if len(rest) == 4 else (0, "", 0)
    return tag, vr, struct.unpack(f"{order}H", start[6:8])[0]


def _syntax(header: Dataset, *, implicit: bool, little: bool) -> str:
    """The transfer syntax; where the file names none, the one its encoding shows."""
    named = str(header.file_meta.get("TransferSyntaxUID") or "").strip("\0 ")
    if named:
        return named
    if implicit:
        return IMPLICIT_LITTLE
    return EXPLICIT_LITTLE if little else EXPLICIT_BIG


def _is_deflated(file: BinaryIO) -> bool:
    """Whether the file says that its data set is deflated; the file is rewound."""
    start = file.read(4096)
    file.seek(0)
    return start[128:132] == b"DICM" and DEFLATED.encode() in start


def _inflate(path: Path, file: BinaryIO) -> bytes:
    """The file as plain explicit little endian, within a limit: a megabyte can inflate to a thousand."""
    raw = file.read()
    if raw[132:138] != b"\x02\0\0\0UL":  # (0002,0000) comes first and counts from its own end
        raise FileError(f"{path.name} is deflated, and where that starts is not said.", hint=_OPEN_HINT)
    start = 144 + struct.unpack("<L", raw[140:144])[0]
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    data = inflater.decompress(raw[start:], LARGEST_INFLATED)
    if inflater.unconsumed_tail:
        raise FileError(
            f"{path.name} inflates to more than {LARGEST_INFLATED >> 30} GiB and was not opened.",
            hint="This is not what a scanner writes; check where the file comes from.",
        )
    meta = raw[:start].replace(DEFLATED.encode(), EXPLICIT_LITTLE.encode().ljust(len(DEFLATED), b"\0"))
    return meta + data


def layout_of(header: Dataset, name: str) -> tuple[Layout, tuple[str, ...]]:
    """What the header says of the pixels, and what had to be assumed. PixelError where it makes no sense."""
    notes: list[str] = []
    samples = whole(header, "SamplesPerPixel", 1)
    allocated = whole(header, "BitsAllocated", 0)
    if allocated not in (1, 8, 16, 32, 64):
        allocated = _assumed_bits(header, name, allocated, notes)
    stored = whole(header, "BitsStored", allocated)
    if not 0 < stored <= allocated:
        notes.append(f"Bits Stored is {stored}; all {allocated} allocated bits are shown.")
        stored = allocated
    layout = Layout(
        rows=whole(header, "Rows", 0),
        columns=whole(header, "Columns", 0),
        samples=samples,
        frames=_frame_count(header, notes),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=_high_bit(header, stored, allocated),
        signed=whole(header, "PixelRepresentation", 0) == 1,
        planar=whole(header, "PlanarConfiguration", 0) == 1,
        photometric=str(
            header.get("PhotometricInterpretation") or ("RGB" if samples == 3 else "MONOCHROME2")
        ).strip(),
    )
    _refuse_impossible(layout, name)
    return layout, tuple(notes)


def _assumed_bits(header: Dataset, name: str, allocated: int, notes: list[str]) -> int:
    if allocated == 0 and ("FloatPixelData" in header or header.get("BitsStored") is None):
        notes.append("Bits Allocated is missing; 16 bits are assumed.")
        return 16
    raise PixelError(
        f"{name} stores {allocated} bits per pixel, which is not supported.",
        hint="Export it again from the archive, as uncompressed 8 or 16 bits.",
    )


def _high_bit(header: Dataset, stored: int, allocated: int) -> int:
    high = whole(header, "HighBit", stored - 1)
    return high if stored - 1 <= high < allocated else stored - 1


def _frame_count(header: Dataset, notes: list[str]) -> int:
    """Number of Frames; "0", "", "1A" and the like are taken as one frame, in words."""
    if header.get_item("NumberOfFrames") is None:
        return 1
    frames = whole(header, "NumberOfFrames", 0)
    if frames > 0:
        return frames
    notes.append("Number of Frames is unreadable; one frame is assumed.")
    return 1


def _refuse_impossible(layout: Layout, name: str) -> None:
    if layout.rows <= 0 or layout.columns <= 0:
        raise PixelError(f"{name} does not say how many rows and columns it has.", hint=_OPEN_HINT)
    if layout.samples not in (1, 3):
        raise PixelError(
            f"{name} has {layout.samples} samples per pixel; 1 or 3 can be shown.", hint=_OPEN_HINT
        )
    if layout.samples == 3 and layout.bits_allocated not in (8, 16):
        raise PixelError(
            f"{name} stores colours of {layout.bits_allocated} bits, which is not supported.", hint=_OPEN_HINT
        )
    if layout.frame_bits > LARGEST_FRAME * 8:
        raise PixelError(
            f"{name} claims a picture of {layout.columns} x {layout.rows}, too large to open.",
            hint=_OPEN_HINT,
        )


def whole(header: Dataset, keyword: str, default: int) -> int:
    """The whole number under `keyword`; `default` where it is missing or unreadable."""
    found = number(header, keyword)
    return default if found is None else int(found)


def number(header: Dataset, keyword: str) -> float | None:
    """The finite number under `keyword` (the first of several); None where there is none."""
    values = numbers(header, keyword)
    return values[0] if values else None


def numbers(header: Dataset, keyword: str) -> tuple[float, ...]:
    """All numbers under `keyword`; empty where any of them is unreadable or not finite."""
    try:
        value = header.get(keyword)
        if value is None or value == "":
            return ()
        many = hasattr(value, "__iter__") and not isinstance(value, (str, bytes))
        found = tuple(float(v) for v in (value if many else (value,)))
    except Exception:  # noqa: BLE001 - pydicom converts on access, and untrusted text fails in many ways
        return ()
    return found if all(map(math.isfinite, found)) else ()
