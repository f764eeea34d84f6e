"""Write a synthetic trunk as the CT study that a scanner would send: one file per slice."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from inference.errors import ExportError
from inference.imaging.placement import plane_of
from training.phantoms.chest import ChestCase
from training.phantoms.dicom_fields import copied, decimal, place, put_pixels, save
from training.phantoms.dicom_writer import Identity

_INTERCEPT = -1024
_NAMES = {"chest": "CHEST", "abdomen": "ABDOMEN", "both": "CHEST AND ABDOMEN"}


def write_chest_study(case: ChestCase, folder: Path, *, study_date: str = "20260105") -> Path:
    """The whole study in the new folder `folder`; the same case is the same study, UIDs included."""
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty.", hint="Give the study a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    grid = hashlib.sha256(case.volume.affine_lps.tobytes()).hexdigest()[:12]
    identity = Identity(f"chest/{case.seed}/{grid}", f"PHANTOM-T{case.seed:06d}", study_date)
    general = _header(case, identity)
    for k, hu in enumerate(case.volume.voxels):
        file = copied(general)
        place(file, plane_of(case.volume.affine_lps, k))
        put_pixels(file, (hu.astype(np.int32) - _INTERCEPT).clip(0, 4095).astype(np.uint16))
        file.InstanceNumber = k + 1
        file.SOPInstanceUID = identity.uid(1, k)
        save(file, folder / f"IM{k + 1:04d}.dcm")
    return folder


def _header(case: ChestCase, identity: Identity) -> Dataset:
    file = Dataset()
    file.SpecificCharacterSet = "ISO_IR 192"
    file.SOPClassUID = CTImageStorage
    file.Modality = "CT"
    file.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    file.StudyInstanceUID, file.SeriesInstanceUID = identity.uid("study"), identity.uid(1)
    file.FrameOfReferenceUID = identity.uid("frame")
    file.StudyDate = file.SeriesDate = file.AcquisitionDate = file.ContentDate = identity.study_date
    file.StudyTime = file.SeriesTime = file.AcquisitionTime = file.ContentTime = "110000"
    file.PatientName, file.PatientID = f"Phantom^{identity.patient}", identity.patient
    file.PatientBirthDate, file.PatientSex = "", "O"
    file.StudyID, file.AccessionNumber = "1", f"PT{case.seed % 10**10:010d}"
    file.ReferringPhysicianName = file.PositionReferenceIndicator = ""
    file.StudyDescription = f"CT {_NAMES[case.scan.region].lower()}"
    file.SeriesDescription = f"{case.scan.phase.capitalize()}"
    file.BodyPartExamined = _NAMES[case.scan.region].replace(" AND ", "")
    file.Manufacturer, file.ManufacturerModelName = "Negatoscope", "Synthetic trunk"
    file.InstitutionName = "Synthetic data, no patient"
    file.PatientPosition, file.SeriesNumber, file.AcquisitionNumber = "HFS", 1, 1
    file.KVP, file.RescaleSlope, file.RescaleIntercept, file.RescaleType = "120", "1", str(_INTERCEPT), "HU"
    file.SliceThickness = decimal(case.volume.spacing_mm[0])
    file.WindowCenter, file.WindowWidth = ["40", "-500"], ["400", "1500"]
    return file
