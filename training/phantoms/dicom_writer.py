"""Write a phantom as the DICOM study that a scanner would send: one folder per series, one file per slice.

Everything, the UIDs included, follows from the case and its date, so that the same case is the same study.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import (
    MRImageStorage,
    SecondaryCaptureImageStorage,
)

from inference.errors import ExportError
from inference.imaging.placement import Plane, plane_of
from inference.imaging.volume import Volume
from training.phantoms.brain import BrainCase, PhantomSeries
from training.phantoms.dicom_fields import birth_date, copied, decimal, place, put_pixels, put_window, save
from training.phantoms.protocol import rotation

_MAKER = "Negatoscope"
_SEQUENCE_CODES = {
    # scanning sequence, sequence variant
    "T1": ("SE", "SP"),
    "T1C": ("SE", "SP"),
    "T2": ("SE", "SK"),
    "FLAIR": (["SE", "IR"], "SK"),
    "DWI": (["EP", "SE"], "SK"),
}


@dataclass(frozen=True)
class Identity:
    """What every file of one study shares."""

    salt: str
    patient: str
    study_date: str

    def uid(self, *parts: object) -> str:
        """A UID that names `parts` of this study for ever."""
        digest = hashlib.sha256("/".join([self.salt, *map(str, parts)]).encode()).digest()
        return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def write_study(
    case: BrainCase,
    folder: Path,
    *,
    patient: str = "",
    study_date: str = "20260105",
    extras: bool = True,
) -> Path:
    """Write `case` into the new folder `folder`; it appears whole or not at all. Returns `folder`.

    patient     name and id; empty: the case's own
    study_date  YYYYMMDD
    extras      also write what no model should read: a localiser and a screen shot
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty.", hint="Give the study a folder of its own.")
    identity = _identity(case, patient, study_date)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    part.mkdir(parents=True)
    try:
        _write_all(case, part, identity, extras)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _identity(case: BrainCase, patient: str, study_date: str) -> Identity:
    pose = hashlib.sha256(case.pose.tobytes()).hexdigest()  # tells two studies of one subject apart
    return Identity(f"{case.seed}/{study_date}/{pose}", patient or case.patient, study_date)


def _write_all(case: BrainCase, folder: Path, identity: Identity, extras: bool) -> None:
    first = 1
    if extras:
        _write_localiser(case, folder / "001", identity)
        first = 2
    for number, series in enumerate(case.series, start=first):
        _write_series(case, series, number, folder / f"{number:03d}", identity)
    if extras:
        _write_screenshot(case, folder / f"{first + len(case.series):03d}", identity)


def _write_series(
    case: BrainCase, series: PhantomSeries, number: int, folder: Path, identity: Identity
) -> None:
    general = _series_header(case, series, number, identity)
    for k, pixels in enumerate(series.volume.voxels):
        file = copied(general)
        place(file, plane_of(series.volume.affine_lps, k))
        put_pixels(file, pixels)
        file.InstanceNumber = k + 1
        file.SOPInstanceUID = identity.uid(number, k)
        save(file, folder / f"IM{k + 1:04d}.dcm")


def _study_header(case: BrainCase, identity: Identity) -> Dataset:
    file = Dataset()
    file.SpecificCharacterSet = "ISO_IR 192"
    file.StudyInstanceUID = identity.uid("study")
    file.StudyDate = file.SeriesDate = file.AcquisitionDate = file.ContentDate = identity.study_date
    file.StudyTime = file.SeriesTime = file.AcquisitionTime = file.ContentTime = "100000"
    file.AccessionNumber = f"PH{case.seed % 10**10:010d}"
    file.StudyID = "1"
    file.StudyDescription = "MRI brain"
    file.ReferringPhysicianName = ""
    file.PatientName = f"Phantom^{identity.patient}"
    file.PatientID = identity.patient
    file.PatientSex = "F" if case.seed % 2 else "M"
    file.PatientAge = f"{case.age:03d}Y"
    file.PatientBirthDate = birth_date(identity.study_date, case.age)
    file.Manufacturer = _MAKER
    file.ManufacturerModelName = "Synthetic brain"
    file.InstitutionName = "Synthetic data, no patient"
    file.FrameOfReferenceUID = identity.uid("frame")
    file.PositionReferenceIndicator = ""
    file.PatientPosition = "HFS"
    file.BodyPartExamined = "BRAIN"
    return file


def _series_header(case: BrainCase, series: PhantomSeries, number: int, identity: Identity) -> Dataset:
    plan = series.plan
    file = _study_header(case, identity)
    file.SOPClassUID = MRImageStorage
    file.Modality = "MR"
    file.SeriesInstanceUID = identity.uid(number)
    file.SeriesNumber = number
    file.SeriesDescription = file.ProtocolName = plan.description
    kind = "DIFFUSION" if plan.sequence == "DWI" else "M"
    file.ImageType = ["ORIGINAL", "PRIMARY", kind, "ND"]
    file.ScanningSequence, file.SequenceVariant = _SEQUENCE_CODES[plan.sequence]
    file.ScanOptions = ""
    file.MRAcquisitionType = "3D" if plan.is_3d else "2D"
    file.SliceThickness = decimal(plan.thickness_mm)
    file.SpacingBetweenSlices = decimal(plan.spacing_mm[0])
    file.EchoTime, file.RepetitionTime = decimal(plan.echo_ms), decimal(plan.repetition_ms)
    file.EchoTrainLength = 1 if plan.sequence in ("T1", "T1C") else 15
    file.MagneticFieldStrength = "1.5"
    file.AcquisitionNumber = 1
    if plan.inversion_ms:
        file.InversionTime = decimal(plan.inversion_ms)
    if plan.sequence == "T1C":
        file.ContrastBolusAgent = "Gadolinium"
    if plan.sequence == "DWI":
        file.DiffusionBValue = 1000.0
    put_window(file, series.volume.voxels)
    return file


def _write_localiser(case: BrainCase, folder: Path, identity: Identity) -> None:
    """Three crossed slices, cut from the first series."""
    volume = case.series[0].volume
    general = _series_header(case, case.series[0], 1, identity)
    general.SeriesInstanceUID = identity.uid("localiser")
    general.SeriesDescription = general.ProtocolName = "3-plane localiser"
    general.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    general.SliceThickness = "8"
    for n, plane in enumerate(_crossed_planes(case.pose)):
        file = copied(general)
        place(file, plane)
        put_pixels(file, _cut(volume, plane, (128, 128)))
        file.InstanceNumber = n + 1
        file.SOPInstanceUID = identity.uid("localiser", n)
        save(file, folder / f"IM{n + 1:04d}.dcm")


def _crossed_planes(pose: NDArray[np.float64]) -> list[Plane]:
    centre = pose[:3, 3] + (0, 12, 8)
    planes = []
    for angles in ((0, 0, 0), (90, 0, 0), (90, 0, 90)):
        turn = rotation(angles)
        affine = np.eye(4)
        affine[:3, :3] = turn @ np.fliplr(np.eye(3)) * (8.0, 2.0, 2.0)
        affine[:3, 3] = centre - affine[:3, :3] @ (0, 63.5, 63.5)
        planes.append(plane_of(affine))
    return planes


def _cut(volume: Volume, plane: Plane, shape: tuple[int, int]) -> NDArray[np.uint16]:
    """Nearest voxels of a volume on a plane; 0 outside."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    points = (
        np.array(plane.position_lps_mm)
        + rows[..., None] * np.array(plane.column_lps) * plane.spacing_mm[0]
        + columns[..., None] * np.array(plane.row_lps) * plane.spacing_mm[1]
    )
    index = np.rint(volume.to_index(points)).astype(int)
    inside = np.all((index >= 0) & (index < volume.shape), axis=-1)
    picture = np.zeros(shape, np.uint16)
    picture[inside] = volume.voxels[tuple(index[inside].T)]
    return picture


def _write_screenshot(case: BrainCase, folder: Path, identity: Identity) -> None:
    """A secondary capture of the middle slice of the first series."""
    voxels = case.series[0].volume.voxels
    middle = voxels[len(voxels) // 2]
    file = _study_header(case, identity)
    for tag in ("FrameOfReferenceUID", "PositionReferenceIndicator", "PatientPosition"):
        delattr(file, tag)
    file.SOPClassUID = SecondaryCaptureImageStorage
    file.SOPInstanceUID = identity.uid("screenshot", 0)
    file.SeriesInstanceUID = identity.uid("screenshot")
    file.Modality = "MR"
    file.ConversionType = "WSD"
    file.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"]
    file.SeriesNumber = 99
    file.InstanceNumber = 1
    file.SeriesDescription = "Screen save"
    put_pixels(file, np.clip(middle / max(np.percentile(middle, 99.5), 1) * 255, 0, 255).astype(np.uint8))
    save(file, folder / "IM0001.dcm")
