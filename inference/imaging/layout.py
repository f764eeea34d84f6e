"""How one file stores its pixels, as its header says, and careful access to single header values."""

from __future__ import annotations

import logging
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import config
from pydicom.dataset import Dataset

from inference.errors import PixelError

LARGEST_FRAME = 2 << 30  # bytes; a header may claim to be any size
OPEN_HINT = "Copy the file again from its source; the other files of the study are not affected."

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
    inverse: bool = False  # Presentation LUT Shape

    @property
    def is_inverted(self) -> bool:
        """Low values are bright; said once or twice, it is done once."""
        return self.photometric == "MONOCHROME1" or self.inverse

    @property
    def dtype(self) -> np.dtype[Any]:
        """The stored type, in this machine's byte order."""
        if self.is_float:
            return np.dtype(f"f{self.bits_allocated // 8}")
        return np.dtype(f"{'i' if self.signed else 'u'}{max(8, self.bits_allocated) // 8}")

    @property
    def stored_range(self) -> tuple[int, int]:
        """The lowest and highest whole value that the stored bits can hold."""
        values = 1 << self.bits_stored
        return (-values // 2, values // 2 - 1) if self.signed else (0, values - 1)

    @property
    def frame_bits(self) -> int:
        """Length of one uncompressed frame."""
        samples = 2 if self.photometric == "YBR_FULL_422" and self.samples == 3 else self.samples
        return self.rows * self.columns * samples * self.bits_allocated


@contextmanager
def quietly() -> Iterator[None]:
    """No warnings from the DICOM library inside the block: they carry values, and so patients.

    One thread at a time, because Python keeps its filters per process.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


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
        inverse=str(header.get("PresentationLUTShape") or "").strip().upper() == "INVERSE",
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
        raise PixelError(f"{name} does not say how many rows and columns it has.", hint=OPEN_HINT)
    if layout.samples not in (1, 3):
        raise PixelError(
            f"{name} has {layout.samples} samples per pixel; 1 or 3 can be shown.", hint=OPEN_HINT
        )
    if layout.samples == 3 and layout.bits_allocated not in (8, 16):
        raise PixelError(
            f"{name} stores colours of {layout.bits_allocated} bits, which is not supported.", hint=OPEN_HINT
        )
    if layout.frame_bits > LARGEST_FRAME * 8:
        raise PixelError(
            f"{name} claims a picture of {layout.columns} x {layout.rows}, too large to open.",
            hint=OPEN_HINT,
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
