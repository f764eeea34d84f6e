"""NRRD out: our index (k, j, i) becomes NRRD's (i, j, k); the frame stays LPS and is stated, here alone."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inference.errors import SeriesError
from inference.imaging.files import write_atomic
from inference.imaging.volume import Volume

SUFFIX = ".nrrd"
_TYPES = {
    "i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32",
    "i8": "int64", "u8": "uint64", "f4": "float", "f8": "double",
}  # fmt: skip
_LEVEL = 4  # of compression: as for NIfTI


def write_nrrd(volume: Volume, path: Path) -> None:
    """Write a volume with its place in the patient, compressed.

    SeriesError for pixels that NRRD cannot hold.
    """
    kind = _TYPES.get(f"{volume.voxels.dtype.kind}{volume.voxels.dtype.itemsize}")
    if kind is None:
        raise SeriesError(
            f"NRRD cannot hold pixels of type {volume.voxels.dtype}.", hint="Convert them to 32-bit floats."
        )
    data = np.ascontiguousarray(volume.voxels.astype(volume.voxels.dtype.newbyteorder("<"), copy=False))
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    packed = packer.compress(data.data) + packer.flush()
    write_atomic(path, _header(volume, kind) + packed)


def _header(volume: Volume, kind: str) -> bytes:
    slices, rows, columns = volume.shape
    down, along, across = (volume.affine_lps[:3, axis] for axis in range(3))
    lines = [
        "NRRD0005",
        f"type: {kind}",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {columns} {rows} {slices}",
        f"space directions: {_vector(across)} {_vector(along)} {_vector(down)}",
        'space units: "mm" "mm" "mm"',
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: {_vector(volume.affine_lps[:3, 3])}",
    ]
    return ("\n".join(lines) + "\n\n").encode("ascii")


def _vector(values: NDArray[np.float64]) -> str:
    return f"({','.join(repr(float(value)) for value in values)})"
