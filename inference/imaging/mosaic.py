"""Siemens mosaics: many slices as tiles of one picture, put back into slices where the file says how."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import number, numbers, quietly, whole
from inference.imaging.objects.opening import read_object
from inference.imaging.study import Frame, Instance, Triple

_HEADER, _CSA = "SIEMENS MR HEADER", "SIEMENS CSA HEADER"
_COUNT, _IMAGE_INFO = 0x0A, 0x10
MOST_TILES = 400
_NAME, _HEAD, _TAG, _ITEM = 64, 16, 84, 16  # bytes of the parts of a CSA header


@dataclass(frozen=True)
class Mosaic:
    """Tiles of one picture, row by row, the first slice first.

    tile       (rows, columns) of one slice
    across     tiles in a row
    positions  LPS mm of the first pixel of each slice
    """

    count: int
    tile: tuple[int, int]
    across: int
    positions: tuple[Triple, ...]

    def slice_of(self, picture: NDArray[np.generic], number: int) -> NDArray[np.generic]:
        """(rows, columns) of one slice."""
        down, right = divmod(number, self.across)
        rows, columns = self.tile
        cut: NDArray[np.generic] = picture[
            down * rows : (down + 1) * rows, right * columns : (right + 1) * columns
        ]
        return cut


def mosaic_of(path: Path) -> Mosaic | None:
    """How a file is tiled; None where it is no mosaic or does not say in which direction its slices go."""
    try:
        return _known(path, path.stat().st_mtime_ns)
    except OSError:
        return None


def as_slices(instance: Instance) -> Instance:
    """A mosaic as a multi-frame file with a place for every slice; anything else as it is."""
    if "MOSAIC" not in instance.image_type or not instance.has_pixels:
        return instance
    found = mosaic_of(instance.path)
    if found is None:
        return instance
    place = Frame(
        row_lps=instance.row_lps, column_lps=instance.column_lps, spacing_mm=instance.spacing_mm,
        slice_thickness_mm=instance.slice_thickness_mm, image_type=instance.image_type,
        echo_number=instance.echo_number, b_value=instance.b_value, gradient=instance.gradient,
        acquisition_number=instance.acquisition_number, temporal_position=instance.temporal_position,
        acquired_at_s=instance.acquired_at_s,
    )  # fmt: skip
    frames = tuple(replace(place, position_lps_mm=position) for position in found.positions)
    return replace(
        instance, rows=found.tile[0], columns=found.tile[1], frames=found.count, frame_headers=frames,
        position_lps_mm=found.positions[0], concatenation_uid=f"mosaics of {instance.series_uid}",
        is_loop=False,
    )  # fmt: skip


@lru_cache(maxsize=512)
def _known(path: Path, _changed: int) -> Mosaic | None:
    try:
        with quietly():
            return _mosaic(read_object(path, "a mosaic"))
    except Exception:  # noqa: BLE001 - untrusted bytes: what cannot be read stays one picture, and says so
        return None


def _mosaic(header: Dataset) -> Mosaic | None:
    rows, columns = whole(header, "Rows", 0), whole(header, "Columns", 0)
    csa = _csa_of(header)
    count = _count(header, csa)
    orientation = numbers(header, "ImageOrientationPatient")
    spacing, corner = numbers(header, "PixelSpacing"), numbers(header, "ImagePositionPatient")
    step_mm = number(header, "SpacingBetweenSlices") or number(header, "SliceThickness")
    normal = csa.get("SliceNormalVector", ())
    across = int(np.ceil(np.sqrt(count))) if count else 0
    if not 1 < count <= MOST_TILES or rows % across or columns % across or not step_mm:
        return None
    if (len(orientation), len(spacing), len(corner), len(normal)) != (6, 2, 3, 3):
        return None
    tile = (rows // across, columns // across)
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    # The corner is given as if the whole mosaic were one slice round the same centre.
    first = np.array(corner) + row * spacing[1] * (columns - tile[1]) / 2
    first = first + column * spacing[0] * (rows - tile[0]) / 2
    along = np.array(normal) / np.linalg.norm(normal) * step_mm
    places = [first + k * along for k in range(count)]
    return Mosaic(count, tile, across, tuple((float(x), float(y), float(z)) for x, y, z in places))


def _count(header: Dataset, csa: dict[str, tuple[float, ...]]) -> int:
    """How many slices, from the plain private element or from the vendor's own header."""
    value = _private(header, 0x0019, _HEADER, _COUNT)
    if isinstance(value, bytes):
        value = int.from_bytes(value[:2], "little")
    if value is None:
        value = next(iter(csa.get("NumberOfImagesInMosaic", ())), 0)
    return int(float(str(value)))


def _private(header: Dataset, group: int, creator: str, element: int) -> object:
    """A private element, found through the block that its creator reserved."""
    try:
        return header.private_block(group, creator)[element].value
    except KeyError:
        return None


def _csa_of(header: Dataset) -> dict[str, tuple[float, ...]]:
    """The numbers in the vendor's header of the picture, by name; empty where it is missing or cut."""
    data = _private(header, 0x0029, _CSA, _IMAGE_INFO)
    if not isinstance(data, bytes) or data[:4] != b"SV10":
        return {}
    found: dict[str, tuple[float, ...]] = {}
    count, at = struct.unpack_from("<I", data, 8)[0], _HEAD
    for _ in range(min(count, 1024)):
        name = data[at : at + _NAME].split(b"\0")[0].decode("ascii", "replace")
        items, at = struct.unpack_from("<i", data, at + 76)[0], at + _TAG
        texts = []
        for _ in range(min(items, 1024)):
            size = struct.unpack_from("<i", data, at + 4)[0]
            texts.append(data[at + _ITEM : at + _ITEM + size].split(b"\0")[0].strip())
            at += _ITEM + (size + 3) // 4 * 4
        found[name] = _as_numbers(texts)
    return found


def _as_numbers(texts: list[bytes]) -> tuple[float, ...]:
    try:
        return tuple(float(text) for text in texts if text)
    except ValueError:
        return ()
