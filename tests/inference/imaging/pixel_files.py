"""DICOM files with chosen pixels, and display sets around them without a scan."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from inference.imaging.scan import scan
from inference.imaging.study import DisplaySet, Instance, Kind
from tests.imaging_fixtures import axial_affine, set_pixels, set_tags, slice_dataset, write_file


def pixel_file(path: Path, pixels: np.ndarray, *, syntax: str = ExplicitVRLittleEndian, **tags: Any) -> Path:
    """One CT slice with these pixels, and elements set or taken away by keyword."""
    d = slice_dataset(axial_affine(), 0, pixels)
    set_tags(d, 0, tags)
    return write_file(path, d, transfer_syntax=syntax)


def raw_file(path: Path, data: bytes, like: np.ndarray, *, vr: str = "OW", **tags: Any) -> Path:
    """One CT slice whose pixel data are these bytes; `like` gives the header its shape and bits."""
    d = slice_dataset(axial_affine(), 0, like)
    d["PixelData"].VR = vr
    d.PixelData = data
    set_tags(d, 0, tags)
    return write_file(path, d)


def encapsulated_file(
    path: Path, items: list[bytes], header: Dataset, syntax: str, *, delimiter: bool = True
) -> Path:
    """A file whose pixel data are these items, the first being the offset table."""
    plain = Dataset(header)
    del plain.PixelData
    write_file(path, plain, transfer_syntax=ExplicitVRLittleEndian)
    old, new = (s.encode() + b"\0" * (len(s) % 2) for s in (str(ExplicitVRLittleEndian), syntax))
    raw = path.read_bytes()
    at = raw.index(old)  # (0002,0010); its length and that of the group stand before it
    raw = raw[: at - 2] + struct.pack("<H", len(new)) + new + raw[at + len(old) :]
    raw = (
        raw[:140] + struct.pack("<L", struct.unpack("<L", raw[140:144])[0] + len(new) - len(old)) + raw[144:]
    )
    pixels = b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff"
    for item in items:
        even = item + b"\0" * (len(item) % 2)
        pixels += b"\xfe\xff\x00\xe0" + struct.pack("<L", len(even)) + even
    path.write_bytes(raw + pixels + (b"\xfe\xff\xdd\xe0\0\0\0\0" if delimiter else b""))
    return path


def frames_header(shape: tuple[int, ...], dtype: str = "u1", **tags: Any) -> Dataset:
    """The header of a file with frames of this shape."""
    d = slice_dataset(axial_affine(), 0, np.zeros(shape[-2:], dtype))
    set_pixels(d, np.zeros(shape, dtype))
    set_tags(d, 0, tags)
    return d


def one(path: Path, frames: int = 1, **facts: Any) -> DisplaySet:
    """A display set of one file."""
    instance = Instance(path, "1", "", "s", "t", "", frames=frames, **facts)
    index = tuple((0, frame) for frame in range(frames))
    kind = Kind.CINE if frames > 1 else Kind.STILL
    return DisplaySet("u", "s", "t", kind, "test", "CT", (instance,), (frames, 0, 0), frame_index=index)


def scanned(*paths: Path) -> DisplaySet:
    """The only display set of these paths."""
    sets = [d for study in scan(paths).studies for d in study.display_sets]
    assert len(sets) == 1, [d.title for d in sets]
    return sets[0]
