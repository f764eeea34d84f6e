"""Write a synthetic heart as the cine study that a scanner would send, with trigger times."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage

from inference.errors import ExportError
from inference.imaging.placement import plane_of
from training.phantoms.dicom_fields import birth_date, copied, decimal, place, put_pixels, put_window, save
from training.phantoms.dicom_writer import Identity
from training.phantoms.heart import HeartCase
from training.phantoms.heart_cine import render
from training.phantoms.heart_planes import CineProtocol, Loop, plan_loops

NAMES = {
    # what vendors call the four views
    "north": {"4CH": "cine_tf2d_4ch", "2CH": "cine_tf2d_2ch", "3CH": "cine_tf2d_3ch", "SAX": "cine_tf2d_sax"},
    "south": {"4CH": "FIESTA HLA", "2CH": "FIESTA VLA", "3CH": "FIESTA LVOT", "SAX": "FIESTA SHORT AXIS"},
    "west": {"4CH": "bFFE 4CH BH", "2CH": "bFFE 2CH BH", "3CH": "bFFE 3CH BH", "SAX": "bFFE SA BH"},
}


@dataclass(frozen=True)
class Writing:
    """How a study is written.

    unnamed  series descriptions say nothing about the view
    apart    every short-axis slice is a series of its own
    """

    study_date: str = "20260105"
    patient: str = ""
    unnamed: bool = False
    apart: bool = False
    protocol: CineProtocol = field(default_factory=CineProtocol)


def write_cine_study(case: HeartCase, folder: Path, writing: Writing | None = None) -> Path:
    """Write `case` into the new folder `folder`; it appears whole or not at all. Returns `folder`."""
    how = writing or Writing()
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty.", hint="Give the study a folder of its own.")
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}")
    part.mkdir(parents=True)
    try:
        _write_all(case, part, how)
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return folder


def _write_all(case: HeartCase, folder: Path, how: Writing) -> None:
    identity = Identity(
        f"heart/{case.seed}/{how.study_date}", how.patient or f"HEART{case.seed}", how.study_date
    )
    plan = plan_loops(case, how.protocol)
    groups = [list(group) for _, group in groupby(plan, key=lambda loop: loop.series)]
    if how.apart:
        groups = [[loop] for loop in plan]
    for number, loops in enumerate(groups, start=1):
        _write_series(case, loops, (folder / f"{number:03d}", number), (identity, how))


def _write_series(
    case: HeartCase, loops: Sequence[Loop], where: tuple[Path, int], study: tuple[Identity, Writing]
) -> None:
    folder, number = where
    identity, how = study
    general = _series_header(case, loops[0], number, study)
    made = [np.clip(np.rint(render(case, loop, how.protocol)), 0, 4095).astype(np.uint16) for loop in loops]
    put_window(general, np.concatenate(made))
    instance = 0
    for loop, frames in zip(loops, made, strict=True):
        for k in np.random.default_rng(loop.seed).permutation(len(frames)):  # files come in any order
            instance += 1
            file = copied(general)
            place(file, plane_of(loop.affine_lps))
            put_pixels(file, frames[k])
            file.TriggerTime = decimal(round(float(loop.times_ms[k]), 3))
            file.NominalInterval = str(round(loop.beat_ms))
            file.CardiacNumberOfImages = str(len(frames))
            file.InstanceNumber = instance
            file.SOPInstanceUID = identity.uid(number, instance)
            save(file, folder / f"IM{instance:04d}.dcm")


def _series_header(case: HeartCase, loop: Loop, number: int, study: tuple[Identity, Writing]) -> Dataset:
    identity, how = study
    file = Dataset()
    file.SpecificCharacterSet = "ISO_IR 192"
    file.SOPClassUID = MRImageStorage
    file.StudyInstanceUID = identity.uid("study")
    file.SeriesInstanceUID = identity.uid("series", number)
    file.StudyDate = file.SeriesDate = file.AcquisitionDate = file.ContentDate = identity.study_date
    file.StudyTime = file.SeriesTime = file.AcquisitionTime = file.ContentTime = "100000"
    file.AccessionNumber, file.StudyID = f"HC{case.seed % 10**10:010d}", "1"
    file.StudyDescription = "MRI heart"
    file.SeriesDescription = file.ProtocolName = "cine" if how.unnamed else NAMES[case.site][loop.view]
    file.ReferringPhysicianName = ""
    file.PatientName, file.PatientID = f"Phantom^{identity.patient}", identity.patient
    file.PatientSex, file.PatientAge = case.sex, f"{case.age:03d}Y"
    file.PatientBirthDate = birth_date(identity.study_date, case.age)
    file.Manufacturer, file.ManufacturerModelName = "Negatoscope", f"Synthetic heart, {case.site}"
    file.InstitutionName = "Synthetic data, no patient"
    file.FrameOfReferenceUID, file.PositionReferenceIndicator = identity.uid("frame"), ""
    file.PatientPosition, file.BodyPartExamined = "HFS", "HEART"
    file.Modality, file.SeriesNumber, file.AcquisitionNumber = "MR", number, 1
    file.ImageType = ["ORIGINAL", "PRIMARY", "M", "ND"]
    file.ScanningSequence, file.SequenceVariant, file.ScanOptions = "GR", "SS", "CG"
    file.MRAcquisitionType, file.MagneticFieldStrength = "2D", "1.5"
    file.SliceThickness = "8"
    file.EchoTime, file.RepetitionTime = "1.5", "3.1"
    file.HeartRate = str(round(case.heart_rate))
    return file
