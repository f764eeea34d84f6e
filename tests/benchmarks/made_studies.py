"""Studies of a known size, written as DICOM for the rows about the window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydicom.uid import UltrasoundMultiFrameImageStorage

from tests.imaging_fixtures import ROOT, set_pixels, slice_dataset, write_file, write_series

SIDE = 512
FRAMES, FRAME_MS = 60, 1000 / 30


def write_chest(folder: Path, slices: int, *, study: str = "1") -> int:
    """A CT series of 512 x 512: air, a body, lungs and a spine, with noise. The bytes of its pixels."""
    affine = np.diag([1.0, 1.0, 1.0, 1.0])[:, [2, 1, 0, 3]] * (1.0, 0.7, 0.7, 1.0)
    affine[:3, 3] = (-180.0, -180.0, 0.0)
    pixels = np.resize(_bodies(), (slices, SIDE, SIDE))
    write_series(
        folder, pixels=pixels, affine=affine, study=study, PatientName=f"Chest^{slices}", PatientID=study,
        StudyDescription=f"Chest of {slices} slices", RescaleSlope="1", RescaleIntercept="0",
    )  # fmt: skip
    return pixels.nbytes


def write_loop(folder: Path, *, study: str = "2") -> None:
    """An ultrasound loop of 800 x 600 with thirty frames a second."""
    noise = np.random.default_rng(0).integers(0, 256, (8, 600, 800), np.uint8)
    _write_loop(folder, noise[np.arange(FRAMES) % 8], study, "Echo^Loop")


def write_long_loop(folder: Path, frames: int, *, study: str = "4") -> int:
    """The same in colour, with as many frames as asked for. The bytes of its pixels."""
    noise = np.random.default_rng(0).integers(0, 256, (8, 600, 800, 3), np.uint8)
    _write_loop(folder, np.resize(noise, (frames, *noise.shape[1:])), study, "Echo^Long")
    return frames * noise[0].nbytes


def _write_loop(folder: Path, pixels: NDArray[np.uint8], study: str, name: str) -> None:
    d = slice_dataset(np.eye(4), 0, pixels[0], study=study)
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "FrameOfReferenceUID", "PixelSpacing"):
        delattr(d, keyword)
    d.SOPClassUID, d.SOPInstanceUID, d.Modality = UltrasoundMultiFrameImageStorage, f"{ROOT}.{study}.9", "US"
    d.PatientName, d.PatientID, d.StudyDescription = name, study, "Echo"
    d.FrameTime, d.FrameIncrementPointer = f"{FRAME_MS:.6g}", 0x00181063
    set_pixels(d, pixels)
    write_file(folder / "loop.dcm", d)


def _bodies() -> NDArray[np.int16]:
    """(8, 512, 512) in HU."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    body = np.full((SIDE, SIDE), -1000.0)
    body[(x / 0.85) ** 2 + (y / 0.65) ** 2 < 1] = 40
    for side in (-1, 1):
        body[((x - 0.4 * side) / 0.28) ** 2 + (y / 0.45) ** 2 < 1] = -850
    body[x**2 + (y - 0.5) ** 2 < 0.012] = 400
    noise = np.random.default_rng(0).normal(0, 20, (8, SIDE, SIDE))
    made: NDArray[np.int16] = np.round(body + noise).astype(np.int16)
    return made
