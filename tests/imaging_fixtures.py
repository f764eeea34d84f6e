"""DICOM files made in code: every fact that a test states about them is known by construction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.10.1575"  # UIDs below this are made up
STEP_MM, ROW_MM, COLUMN_MM = 2.0, 0.8, 0.5


def axial_affine(origin_mm: tuple[float, float, float] = (-10.0, -20.0, 30.0)) -> NDArray[np.float64]:
    """(4, 4) of a plain axial stack: slices 2 mm apart, rows 0.8 mm, columns 0.5 mm."""
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2], affine[3, 3] = STEP_MM, ROW_MM, COLUMN_MM, 1.0
    affine[:3, 3] = origin_mm
    return affine


def oblique_affine(degrees: float = 20.0) -> NDArray[np.float64]:
    """(4, 4) of the axial stack turned about the x and then the y axis."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    about_x = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    about_y = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    affine = axial_affine()
    affine[:3, :3] = about_y @ about_x @ affine[:3, :3]
    return affine


def slice_dataset(
    affine: NDArray[np.float64], k: float, pixels: NDArray[Any], *, series: str = "1", study: str = "1"
) -> Dataset:
    """The header and pixels of slice `k` of a CT series placed by `affine`."""
    d = Dataset()
    d.SOPClassUID, d.SOPInstanceUID = CTImageStorage, f"{ROOT}.{study}.{series}.{round(k * 1000) + 1}"
    d.StudyInstanceUID, d.SeriesInstanceUID = f"{ROOT}.{study}", f"{ROOT}.{study}.{series}"
    d.FrameOfReferenceUID = f"{ROOT}.{study}.0"
    d.Modality, d.PatientName, d.PatientID = "CT", "Doe^Jane", "P1"
    d.PatientBirthDate, d.PatientSex, d.StudyDate, d.StudyTime = "19800615", "F", "20200614", "101530"
    d.StudyDescription, d.SeriesDescription, d.SeriesNumber = "Head", f"Series {series}", 1
    d.ImageType, d.InstanceNumber = ["ORIGINAL", "PRIMARY", "AXIAL"], int(k) + 1
    directions = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    d.ImagePositionPatient = [f"{x:.10g}" for x in (affine @ [k, 0, 0, 1])[:3]]
    d.ImageOrientationPatient = [f"{x:.9g}"[:16] for x in (*directions[:, 2], *directions[:, 1])]
    d.PixelSpacing = [f"{np.linalg.norm(affine[:3, axis]):.9g}" for axis in (1, 2)]
    d.SliceThickness = "1.5"  # never the distance between slices
    set_pixels(d, pixels)
    return d


def set_pixels(d: Dataset, pixels: NDArray[Any]) -> None:
    """Put a (rows, columns), (frames, rows, columns) or (..., 3) array of integers into a data set."""
    colour = pixels.ndim > 2 and pixels.shape[-1] == 3
    shape = pixels.shape[:-1] if colour else pixels.shape
    d.SamplesPerPixel = 3 if colour else 1
    d.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        d.PlanarConfiguration = 0
    if len(shape) == 3:
        d.NumberOfFrames = shape[0]
    d.Rows, d.Columns = shape[-2:]
    bits = pixels.dtype.itemsize * 8
    d.BitsAllocated, d.BitsStored, d.HighBit = bits, bits, bits - 1
    d.PixelRepresentation = int(pixels.dtype.kind == "i")
    data = np.ascontiguousarray(pixels).tobytes()
    d.add_new("PixelData", "OW" if bits > 8 else "OB", data + b"\0" * (len(data) % 2))


def write_file(
    path: Path, d: Dataset, *, transfer_syntax: str = ExplicitVRLittleEndian, bare: bool = False
) -> Path:
    """Write a data set as a DICOM file; `bare`: without preamble and file meta information."""
    path.parent.mkdir(parents=True, exist_ok=True)
    big, implicit = transfer_syntax == ExplicitVRBigEndian, transfer_syntax == ImplicitVRLittleEndian
    if not bare:
        d.file_meta = FileMetaDataset()
        d.file_meta.TransferSyntaxUID = transfer_syntax
        d.file_meta.MediaStorageSOPClassUID = d.get("SOPClassUID", CTImageStorage)
        d.file_meta.MediaStorageSOPInstanceUID = d.get("SOPInstanceUID", ROOT)
        dcmwrite(path, d, enforce_file_format=True)
    else:
        dcmwrite(path, d, implicit_vr=implicit, little_endian=not big, enforce_file_format=False)
    return path


def write_series(
    folder: Path,
    *,
    shape: tuple[int, int, int] = (6, 8, 10),
    affine: NDArray[np.float64] | None = None,
    pixels: NDArray[Any] | None = None,
    series: str = "1",
    study: str = "1",
    **tags: Any,
) -> list[Path]:
    """One CT file per slice. A tag is a value, None to leave it out, or a function of the slice number.

    Bytes are written as they are, so that bad values can be made.
    """
    affine = axial_affine() if affine is None else affine
    pixels = counting_pixels(shape) if pixels is None else pixels
    paths = []
    for k in range(len(pixels)):
        d = slice_dataset(affine, k, pixels[k], series=series, study=study)
        set_tags(d, k, tags)
        paths.append(write_file(folder / f"{series}_{k:04d}.dcm", d))
    return paths


def counting_pixels(shape: tuple[int, ...]) -> NDArray[np.int16]:
    """Every voxel another number, so that a turned or mirrored array is noticed."""
    return np.arange(np.prod(shape), dtype=np.int64).reshape(shape).astype(np.int16)


def set_tags(d: Dataset, k: int, tags: dict[str, Any]) -> None:
    """Set elements by keyword; bytes go into the file as they are, valid or not."""
    for keyword, given in tags.items():
        value = given(k) if callable(given) else given
        if isinstance(value, bytes):
            tag = Tag(keyword)
            padded = value + b" " * (len(value) % 2)
            d[tag] = RawDataElement(tag, dictionary_VR(tag), len(padded), padded, 0, False, True)
        elif value is not None:
            setattr(d, keyword, value)
        elif keyword in d:
            delattr(d, keyword)
