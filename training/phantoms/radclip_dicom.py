"""Write a phantom of RadCLIP as the DICOM study that a scanner or a radiography room would send."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, DigitalXRayImageStorageForPresentation, MRImageStorage

from inference.errors import ExportError
from training.phantoms.dicom_fields import copied, decimal, save
from training.phantoms.radclip import RadPhantom

FIELD_MM, GAP_MM = 380.0, 8.0
_INTERCEPT = -1024
_SOP_CLASS = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "DX": DigitalXRayImageStorageForPresentation,
}


def write_radclip_study(case: RadPhantom, folder: Path, *, inverted: bool = False) -> Path:
    """One file per slice into the new folder `folder`; `inverted` writes a radiograph as MONOCHROME1."""
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty.", hint="Give the study a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    general = _header(case)
    for k, values in enumerate(case.values):
        file = copied(general)
        file.SOPInstanceUID = _uid(case, "file", k)
        file.InstanceNumber = k + 1
        _put(file, _stored(values, case.kind.modality), inverted=inverted)
        if not case.kind.is_flat:
            _place(file, k, values.shape[0])
        save(file, folder / f"IM{k + 1:04d}.dcm")
    return folder


def _stored(values: NDArray[np.float32], modality: str) -> NDArray[np.uint16]:
    """Twelve bits: HU with an intercept, else grey levels."""
    if modality == "CT":
        return np.clip(np.round(values - _INTERCEPT), 0, 4095).astype(np.uint16)
    return np.clip(np.round(values * 2000), 0, 4095).astype(np.uint16)


def _header(case: RadPhantom) -> Dataset:
    file = Dataset()
    modality, view = case.kind.modality, case.kind.view
    file.SpecificCharacterSet = "ISO_IR 192"
    file.SOPClassUID = _SOP_CLASS[modality]
    file.StudyInstanceUID, file.SeriesInstanceUID = _uid(case, "study"), _uid(case, "series")
    file.FrameOfReferenceUID = _uid(case, "frame")
    file.StudyDate = file.SeriesDate = file.ContentDate = "20260105"
    file.StudyTime = file.SeriesTime = file.ContentTime = "100000"
    file.AccessionNumber, file.StudyID = f"RC{case.patient % 10**10:010d}", "1"
    file.StudyDescription = file.SeriesDescription = view[:1].upper() + view[1:]
    file.PatientName, file.PatientID = f"Phantom^R{case.patient}", f"R{case.patient}"
    file.PatientBirthDate, file.PatientSex, file.ReferringPhysicianName = "19600101", "O", ""
    file.Manufacturer, file.InstitutionName = "Negatoscope", "Synthetic data, no patient"
    file.Modality, file.BodyPartExamined = modality, view.split()[0].upper()
    file.SeriesNumber = 1
    file.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"] if modality == "CT" else ["ORIGINAL", "PRIMARY"]
    if modality == "CT":
        file.RescaleSlope, file.RescaleIntercept, file.RescaleType = "1", str(_INTERCEPT), "HU"
    return file


def _put(file: Dataset, pixels: NDArray[np.uint16], *, inverted: bool) -> None:
    file.Rows, file.Columns, file.SamplesPerPixel = *pixels.shape, 1
    file.PhotometricInterpretation = "MONOCHROME1" if inverted else "MONOCHROME2"
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 16, 12, 11, 0
    if file.Modality == "DX":
        file.WindowCenter, file.WindowWidth = "1000", "2000"
        file.PresentationLUTShape = "INVERSE" if inverted else "IDENTITY"
        pixels = (2000 - np.minimum(pixels, 2000)).astype(np.uint16) if inverted else pixels
    file.add_new(0x7FE00010, "OW", np.ascontiguousarray(pixels).tobytes())


def _place(file: Dataset, k: int, size: int) -> None:
    """Axial slices from the feet up."""
    step = FIELD_MM / size
    file.PixelSpacing = [decimal(step), decimal(step)]
    file.ImageOrientationPatient = ["1", "0", "0", "0", "1", "0"]
    corner = -FIELD_MM / 2 + step / 2
    file.ImagePositionPatient = [decimal(corner), decimal(corner), decimal(k * GAP_MM)]
    file.SliceThickness = decimal(GAP_MM)


def _uid(case: RadPhantom, what: str, number: int = 0) -> str:
    words = f"radclip/{case.patient}/{case.kind.caption}/{len(case.values)}/{what}/{number}"
    return f"2.25.{int.from_bytes(hashlib.sha256(words.encode()).digest()[:16], 'big')}"
