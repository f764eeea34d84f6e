"""Write an echo phantom as the DICOM study that an ultrasound machine would send.

Around the sector there is what machines draw: text, a grey bar, a depth scale, a green ECG with a moving
cursor. Regions carry the scale, Frame Time the heart rate. The same case is the same study, UIDs included.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, UltrasoundMultiFrameImageStorage
from pydicom.valuerep import DSfloat

import resources
from inference.errors import ExportError
from inference.imaging.volume import Cine
from inference.models.echo_views import TITLES
from training.phantoms.echo import EchoCase

ROWS, COLUMNS = 480, 640
_TOP, _MIDDLE = 40, 300  # where the apex of the sector is put
_TRACE = (448, 40, 200)  # baseline row, first column, width of the ECG
_CENTIMETRES, _TISSUE_FORMAT, _TISSUE = 3, 1, 1
_GREEN, _WHITE = (40, 230, 90), (235, 235, 235)


def write_echo_study(
    case: EchoCase, folder: Path, *, labelled: bool = True, patient_size: bool = True
) -> Path:
    """One file per view into the new folder `folder`.

    labelled      the series descriptions name the views
    patient_size  the headers hold height and weight
    """
    if folder.exists() and any(folder.iterdir()):
        raise ExportError(f"{folder} is not empty.", hint="Give the study a folder of its own.")
    folder.mkdir(parents=True, exist_ok=True)
    for number, (view, cine) in enumerate(case.loops.items(), start=1):
        file = _header(case, number)
        file.SeriesDescription = TITLES[view].capitalize() if labelled else ""
        if patient_size:
            file.PatientSize = DSfloat(case.truth.height_m, auto_format=True)
            file.PatientWeight = DSfloat(case.truth.weight_kg, auto_format=True)
        _put_loop(file, cine, case.phases[view])
        _save(file, folder / f"IM{number:04d}.dcm")
    return folder


def dressed(cine: Cine, phases: NDArray[np.float64]) -> NDArray[np.uint8]:
    """(time, rows, columns, 3) the loop on the screen of a machine; `phases` (time,) of the heart."""
    frames = np.zeros((len(cine.frames), ROWS, COLUMNS, 3), np.uint8)
    top, left, bottom, right = _box(cine)
    inside = cine.frames[:, : bottom - top, : right - left, None]
    frames[:, top:bottom, left:right] = inside
    still = _screen(cine, phases)
    shown = still.max(axis=2) > 0
    frames[:, shown] = still[shown]
    first, width = _TRACE[1], _TRACE[2]
    for n in range(len(frames)):
        column = first + round(width * n / max(1, len(frames) - 1))
        frames[n, _TRACE[0] - 22 : _TRACE[0] + 10, column] = _WHITE
    return frames


def _box(cine: Cine) -> tuple[int, int, int, int]:
    rows, columns = cine.frames.shape[1:]
    left = _MIDDLE - columns // 2
    return _TOP, max(0, left), min(ROWS - 50, _TOP + rows), min(COLUMNS, max(0, left) + columns)


def _screen(cine: Cine, phases: NDArray[np.float64]) -> NDArray[np.uint8]:
    """What stands still: text, grey bar, depth marks, ECG."""
    image = Image.new("RGB", (COLUMNS, ROWS))
    draw = ImageDraw.Draw(image)
    font = ImageFont.truetype(str(resources.path("fonts/DejaVuSans.ttf")), 13)
    draw.rectangle((0, 0, COLUMNS, 22), fill=(40, 44, 70))
    draw.text((8, 3), "PHANTOM  Negatoscope", fill=_WHITE, font=font)
    for n, line in enumerate(("S5-1", "2D 62%", "C 50", "P Low", "HGen")):
        draw.text((8, 40 + 17 * n), line, fill=_WHITE, font=font)
    for level in range(64):
        draw.line((622, 60 + level, 632, 60 + level), fill=(255 - 4 * level,) * 3)
    spacing = cine.pixel_spacing_mm[0] if cine.pixel_spacing_mm else 1.0
    for centimetre in range(17):
        row = _TOP + round(10 * centimetre / spacing)
        if row < ROWS - 50:
            draw.line((604, row, 612 if centimetre % 5 else 616, row), fill=_WHITE)
    draw.line(_trace(phases), fill=_GREEN, width=1)
    return np.asarray(image)


def _trace(phases: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Points of an ECG whose R waves mark the ends of diastole (phase 0)."""
    baseline, first, width = _TRACE
    run = np.unwrap(phases, period=1.0)
    beats = np.interp(np.linspace(0, len(run) - 1, width + 1), np.arange(len(run)), run) % 1
    r_wave = np.exp(-((((beats + 0.5) % 1) - 0.5) ** 2) / 0.0006)
    shape = 24 * r_wave + 5 * np.exp(-((beats - 0.35) ** 2) / 0.004)
    return [(first + n, int(baseline - height)) for n, height in zip(range(width + 1), shape, strict=True)]


def _header(case: EchoCase, number: int) -> Dataset:
    file = Dataset()
    file.SpecificCharacterSet = "ISO_IR 192"
    file.SOPClassUID = UltrasoundMultiFrameImageStorage
    file.SOPInstanceUID = _uid(case, number, "file")
    file.StudyInstanceUID = _uid(case, 0, "study")
    file.SeriesInstanceUID = _uid(case, number, "series")
    file.StudyDate = file.SeriesDate = file.ContentDate = "20260105"
    file.StudyTime = file.SeriesTime = file.ContentTime = f"10{number:02d}00"
    file.AccessionNumber, file.StudyID = f"EC{case.seed % 10**10:010d}", "1"
    file.StudyDescription = "Echocardiogram"
    file.PatientName, file.PatientID = f"Phantom^E{case.seed}", f"E{case.seed}"
    file.PatientBirthDate, file.PatientSex, file.ReferringPhysicianName = "19600101", "O", ""
    file.Manufacturer, file.InstitutionName = "Negatoscope", "Synthetic data, no patient"
    file.Modality, file.BodyPartExamined = "US", "HEART"
    file.SeriesNumber, file.InstanceNumber = number, 1
    file.ImageType = ["ORIGINAL", "PRIMARY", "", "0001"]
    return file


def _put_loop(file: Dataset, cine: Cine, phases: NDArray[np.float64]) -> None:
    frames = dressed(cine, phases)
    file.NumberOfFrames = len(frames)
    file.FrameTime = DSfloat(cine.frame_ms, auto_format=True)
    file.FrameIncrementPointer = 0x00181063
    file.CineRate = round(1000 / cine.frame_ms)
    file.SequenceOfUltrasoundRegions = Sequence([_region(cine)])
    file.Rows, file.Columns, file.SamplesPerPixel = ROWS, COLUMNS, 3
    file.PhotometricInterpretation, file.PlanarConfiguration = "RGB", 0
    file.BitsAllocated = file.BitsStored = 8
    file.HighBit, file.PixelRepresentation = 7, 0
    file.add_new(0x7FE00010, "OB", frames.tobytes())


def _region(cine: Cine) -> Dataset:
    rows_mm, columns_mm = cine.pixel_spacing_mm or (1.0, 1.0)
    top, left, bottom, right = _box(cine)
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = _TISSUE_FORMAT, _TISSUE, 3
    region.RegionLocationMinX0, region.RegionLocationMinY0 = left, top
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = right - 1, bottom - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = _CENTIMETRES
    region.PhysicalDeltaX, region.PhysicalDeltaY = columns_mm / 10, rows_mm / 10
    return region


def _uid(case: EchoCase, number: int, what: str) -> str:
    digest = hashlib.sha256(f"echo/{case.seed}/{number}/{what}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:16], 'big')}"


def _save(file: Dataset, path: Path) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = file.SOPClassUID
    meta.MediaStorageSOPInstanceUID = file.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    file.file_meta = meta
    file.save_as(path, enforce_file_format=True)
