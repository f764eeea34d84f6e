"""NIfTI-1 in and out: our LPS frame becomes RAS going out and comes back coming in, here alone."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.errors import FileError, SeriesError
from inference.imaging.files import write_atomic
from inference.imaging.volume import Cine, Volume

_RAS_FROM_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
_KJI = [2, 1, 0, 3]  # our index counts (k, j, i), NIfTI's (i, j, k)
_TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    256: "i1",
    512: "u2",
    768: "u4",
    1024: "i8",
    1280: "u8",
}
_RGB = 128
_HEADER = 348
_OFFSET = 352
_MM, _MM_MS = 2, 2 + 16
_LARGEST = 16 << 30
_SCANNER = 1  # the frame of the scanner, as opposed to an atlas
_HINT = "Check that it is a three-dimensional NIfTI-1 file (.nii or .nii.gz) and was copied whole."


def write_nifti(image: Volume | Cine, path: Path) -> None:
    """Write a volume (3-D) or a loop (4-D, time last) as .nii or, compressed, as .nii.gz."""
    if isinstance(image, Volume):
        header = _header(image.voxels.dtype, (*image.shape, 1), image.affine_lps, 0.0)
        data = np.ascontiguousarray(image.voxels)
    else:
        frames, rows, columns = image.frames.shape[:3]
        dtype = np.dtype("V3") if image.is_colour else image.frames.dtype
        header = _header(dtype, (1, rows, columns, frames), _cine_affine(image), image.frame_ms or 1.0)
        data = np.ascontiguousarray(image.frames)
    raw = header + data.astype(data.dtype.newbyteorder("<"), copy=False).tobytes()
    write_atomic(path, gzip.compress(raw, compresslevel=4, mtime=0) if path.suffix == ".gz" else raw)


def _cine_affine(cine: Cine) -> NDArray[np.float64]:
    """Where the loop lies; only its pixel size where the file places it nowhere."""
    if cine.affine_lps is not None:
        return cine.affine_lps
    row_gap, column_gap = cine.pixel_spacing_mm or (1.0, 1.0)
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = 1.0, row_gap, column_gap, 1.0
    return affine


def _header(
    dtype: np.dtype[Any], shape: tuple[int, int, int, int], affine_lps: NDArray[Any], step_ms: float
) -> bytes:
    """348 bytes and an empty extension; `shape` is (slices, rows, columns, times)."""
    codes = {name: code for code, name in _TYPES.items()}
    code = _RGB if dtype.kind == "V" else codes.get(f"{dtype.kind}{dtype.itemsize}")
    if code is None:
        raise SeriesError(
            f"NIfTI cannot hold pixels of type {dtype}.", hint="Convert them to 32-bit floats first."
        )
    slices, rows, columns, times = shape
    ras = (_RAS_FROM_LPS @ affine_lps)[:, _KJI]
    sizes = np.linalg.norm(ras[:3, :3], axis=0)
    quaternion, handedness = _quaternion(ras[:3, :3] / sizes)
    out = bytearray(_OFFSET)
    struct.pack_into("<i", out, 0, _HEADER)
    struct.pack_into("<8h", out, 40, 4 if times > 1 else 3, columns, rows, slices, times, 1, 1, 1)
    struct.pack_into("<2h", out, 70, code, 8 * dtype.itemsize)
    struct.pack_into("<8f", out, 76, handedness, *sizes, step_ms, 0, 0, 0)
    struct.pack_into("<3f", out, 108, _OFFSET, 1, 0)
    out[123] = _MM_MS if times > 1 else _MM
    struct.pack_into("<2h", out, 252, _SCANNER if quaternion is not None else 0, _SCANNER)
    struct.pack_into("<6f", out, 256, *(quaternion if quaternion is not None else (0, 0, 0)), *ras[:3, 3])
    struct.pack_into("<12f", out, 280, *ras[:3].reshape(-1))
    out[344:348] = b"n+1\0"
    return bytes(out)


def _quaternion(rotation: NDArray[Any]) -> tuple[NDArray[np.float64] | None, float]:
    """(b, c, d) and the sign of the third axis; None where the axes are not at right angles (a tilt)."""
    handedness = 1.0 if np.linalg.det(rotation) > 0 else -1.0
    proper = rotation * [1.0, 1.0, handedness]
    if not np.allclose(proper.T @ proper, np.eye(3), atol=1e-4):
        return None, handedness
    values, vectors = np.linalg.eigh(_quaternion_matrix(proper))
    a, *rest = vectors[:, np.argmax(values)]
    return np.asarray(rest, float) * (-1.0 if a < 0 else 1.0), handedness


def _quaternion_matrix(r: NDArray[Any]) -> NDArray[np.float64]:
    """Symmetric (4, 4) whose strongest eigenvector is the quaternion (a, b, c, d) of a rotation."""
    spin = np.array([r[2, 1] - r[1, 2], r[0, 2] - r[2, 0], r[1, 0] - r[0, 1]])
    matrix = np.zeros((4, 4))
    matrix[0, 0] = np.trace(r)
    matrix[0, 1:] = matrix[1:, 0] = spin
    matrix[1:, 1:] = r + r.T - np.trace(r) * np.eye(3)
    return matrix


def read_nifti(path: Path) -> Volume:
    """A three-dimensional NIfTI-1 file as a volume; scaled values become 32-bit floats."""
    raw = _bytes_of(path)
    order = "<" if raw[:4] == struct.pack("<i", _HEADER) else ">"
    if len(raw) < _OFFSET or struct.unpack_from(f"{order}i", raw, 0)[0] != _HEADER:
        raise FileError(f"{path.name} is not a NIfTI-1 file.", hint=_HINT)
    rank, columns, rows, slices, *more = struct.unpack_from(f"{order}8h", raw, 40)
    if rank < 3 or min(columns, rows, slices) < 1 or any(n > 1 for n in more[: rank - 3]):
        raise FileError(f"{path.name} does not hold one volume.", hint=_HINT)
    code = struct.unpack_from(f"{order}h", raw, 70)[0]
    offset, slope, intercept = struct.unpack_from(f"{order}3f", raw, 108)
    if code not in _TYPES:
        raise FileError(f"{path.name} holds pixels of a kind that is not supported ({code}).", hint=_HINT)
    dtype, count = np.dtype(order + _TYPES[code]), slices * rows * columns
    if len(raw) < int(offset) + count * dtype.itemsize:
        raise FileError(f"{path.name} is cut short.", hint=_HINT)
    voxels = np.frombuffer(raw, dtype, count, int(offset)).reshape(slices, rows, columns)
    return Volume(_scaled(voxels, slope, intercept), affine_of_header(raw, order))


def _scaled(voxels: NDArray[Any], slope: float, intercept: float) -> NDArray[Any]:
    if (slope in (0.0, 1.0) and intercept == 0.0) or not np.isfinite([slope, intercept]).all():
        return voxels.astype(voxels.dtype.newbyteorder("="))
    return voxels.astype(np.float32) * np.float32(slope) + np.float32(intercept)


def affine_of_header(raw: bytes, order: str) -> NDArray[np.float64]:
    """The standard form where it is set, else the quaternion form, else the voxel sizes alone."""
    quaternion_code, standard_code = struct.unpack_from(f"{order}2h", raw, 252)
    handedness, *sizes = struct.unpack_from(f"{order}4f", raw, 76)
    ras = np.eye(4)
    if standard_code > 0:
        ras[:3] = np.reshape(struct.unpack_from(f"{order}12f", raw, 280), (3, 4))
    elif quaternion_code > 0:
        b, c, d, *origin = struct.unpack_from(f"{order}6f", raw, 256)
        sign = -1.0 if handedness < 0 else 1.0
        ras[:3, :3] = _rotation(b, c, d) * np.multiply(sizes, [1, 1, sign])
        ras[:3, 3] = origin
    else:
        ras[:3, :3] = np.diag(sizes)
    lps: NDArray[np.float64] = _RAS_FROM_LPS @ ras[:, _KJI]
    return lps


def _rotation(b: float, c: float, d: float) -> NDArray[np.float64]:
    a = np.sqrt(max(0.0, 1.0 - b * b - c * c - d * d))
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )


def _bytes_of(path: Path) -> bytes:
    try:
        raw = path.read_bytes()
        if not raw.startswith(b"\x1f\x8b"):
            return raw
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        return inflater.decompress(raw, _LARGEST)
    except (OSError, zlib.error, MemoryError) as error:
        raise FileError(f"{path.name} cannot be read.", hint=_HINT) from error
