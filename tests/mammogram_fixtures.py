"""Mammograms made in code: four views whose chest wall, nipple and side are known, as vendors write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.imaging_fixtures import ROOT, set_pixels, write_file

FOR_PRESENTATION = "1.2.840.10008.5.1.4.1.1.1.2"
AIR, TISSUE, NIPPLE = 100, 2400, 3900
_DOWN = {"CC": {"R": "L", "L": "R"}, "MLO": {"R": "FL", "L": "FR"}}


def breast(shape: tuple[int, int], *, wall_on_right: bool) -> NDArray[np.uint16]:
    """(rows, columns): half a disc on the chest wall, bright at the nipple."""
    rows, columns = shape
    row, column = np.mgrid[:rows, :columns]
    from_wall = (columns - 1 - column if wall_on_right else column).astype(float)
    away = np.hypot((row - rows / 2) / (rows * 0.4), from_wall / (columns * 0.8))
    pixels = np.full(shape, AIR, np.uint16)
    pixels[away < 1] = TISSUE
    pixels[(np.abs(row - rows / 2) < rows * 0.02) & (np.abs(from_wall - columns * 0.76) < columns * 0.03)] = (
        NIPPLE
    )
    return pixels


def mammogram(side: str, view: str, *, shape: tuple[int, int] = (120, 90), mirrored: bool = False,
              number: int = 1, study: str = "7", spacing: str = "0.5", **more: Any) -> Dataset:  # fmt: skip
    """One view as it hangs, or mirrored left and right as some vendors store it."""
    wall_on_right = (side == "R") != mirrored
    d = Dataset()
    d.SOPClassUID, d.SOPInstanceUID = FOR_PRESENTATION, f"{ROOT}.{study}.1.{number}"
    d.StudyInstanceUID, d.SeriesInstanceUID = f"{ROOT}.{study}", f"{ROOT}.{study}.1"
    d.Modality, d.PatientName, d.PatientID, d.StudyDate = "MG", "Doe^Jane", "P1", f"2024010{study[-1]}"
    d.SeriesDescription, d.SeriesNumber, d.InstanceNumber = "Screening", 1, number
    d.ImageType, d.PresentationIntentType = ["ORIGINAL", "PRIMARY"], "FOR PRESENTATION"
    d.ImageLaterality, d.BodyPartExamined = side, "BREAST"
    d.ViewCodeSequence = Sequence([coded({"CC": "399162004", "MLO": "399368009"}[view])])
    d.PatientOrientation = ["P" if wall_on_right else "A", _DOWN[view][side]]
    d.ImagerPixelSpacing = [spacing, spacing]
    set_pixels(d, breast(shape, wall_on_right=wall_on_right))
    d.WindowCenter, d.WindowWidth, d.PresentationLUTShape = "2048", "4096", "IDENTITY"
    for keyword, value in more.items():
        setattr(d, keyword, value)
    return d


def coded(value: str) -> Dataset:
    """A view in SNOMED CT."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "SCT", "view"
    return item


def write_mammograms(
    folder: Path, *, study: str = "7", changes: dict[str, dict[str, Any]] | None = None
) -> Path:
    """The four views of a screening study in one series; `changes` by "R CC" and so on."""
    for number, name in enumerate(("L MLO", "R CC", "L CC", "R MLO"), 1):
        side, view = name.split()
        d = mammogram(side, view, number=number, study=study, **(changes or {}).get(name, {}))
        write_file(folder / f"{number}.dcm", d)
    return folder
