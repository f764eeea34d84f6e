"""Single fields of written DICOM files: places, pixels, windows, decimals, dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    ExplicitVRLittleEndian,
)
from pydicom.valuerep import DSfloat

from inference.imaging.placement import Plane


def place(file: Dataset, plane: Plane) -> None:
    """Say where the pixels lie."""
    file.ImagePositionPatient = _decimals(plane.position_lps_mm)
    file.ImageOrientationPatient = _decimals((*plane.row_lps, *plane.column_lps))
    file.PixelSpacing = _decimals(plane.spacing_mm)
    normal = np.cross(plane.row_lps, plane.column_lps)
    file.SliceLocation = decimal(float(normal @ np.array(plane.position_lps_mm)))


def put_pixels(file: Dataset, pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> None:
    """Put one picture into the file."""
    bits = 8 * pixels.dtype.itemsize
    file.Rows, file.Columns = pixels.shape
    file.SamplesPerPixel = 1
    file.PhotometricInterpretation = "MONOCHROME2"
    file.BitsAllocated, file.BitsStored = bits, min(bits, 12)
    file.HighBit = file.BitsStored - 1
    file.PixelRepresentation = 0
    file.add_new(0x7FE00010, "OW" if bits > 8 else "OB", np.ascontiguousarray(pixels).tobytes())


def put_window(file: Dataset, voxels: NDArray[np.uint16]) -> None:
    """A grey-scale window that shows most of what there is."""
    low, high = np.percentile(voxels[:: max(len(voxels) // 8, 1)], (2, 99.5))
    file.WindowCenter, file.WindowWidth = str(round((low + high) / 2)), str(max(round(high - low), 2))


def decimal(value: float) -> DSfloat:
    """A decimal string of at most 16 characters, as exact as those allow."""
    return DSfloat(value, auto_format=True)


def _decimals(values: Sequence[float]) -> list[DSfloat]:
    return [decimal(value) for value in values]


def birth_date(study_date: str, age: int) -> str:
    """YYYYMMDD of somebody of `age` at the study."""
    day = date.fromisoformat(study_date) - timedelta(days=round(age * 365.25) + 100)
    return day.strftime("%Y%m%d")


def copied(general: Dataset) -> Dataset:
    """The same header once more."""
    file = Dataset()
    file.update(general)
    return file


def save(file: Dataset, path: Path) -> None:
    """Write a valid DICOM file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = file.SOPClassUID
    meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.file_meta = meta
    path.parent.mkdir(exist_ok=True)
    file.save_as(path, enforce_file_format=True)
