"""Short-axis pictures with the cavity of the left ventricle drawn by experts, one patient at a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference.errors import FileError
from inference.progress import Report, silent

PHASES = 20  # pictures of one slice position in the original series; the file names count through them
NEVER = ("SC-HF-NI-15", "SC-N-02")  # their cine stacks are what the finished model is tried on
_NAME = re.compile(r"(SC-[A-Z-]+-\d+)-IM-\d+-(\d+)\.dcm\.png")
_FOLDERS = {"Train": "train", "Test": "test"}
_HINT = "Give the folder with Train and Test of the labelled Sunnybrook pictures: --data FOLDER."


@dataclass(frozen=True, eq=False)
class Labelled:
    """One picture (rows, columns) with its mask (bool); `number` counts the pictures of the series from 1."""

    patient: str
    number: int
    split: str
    picture: NDArray[np.float32]
    mask: NDArray[np.bool_]

    @property
    def position(self) -> int:
        """Slice position, from 0."""
        return (self.number - 1) // PHASES

    @property
    def phase(self) -> int:
        """Phase of the cycle, from 0."""
        return (self.number - 1) % PHASES


def read_labelled(
    folder: Path, report: Report = silent, *, without: Sequence[str] = NEVER
) -> tuple[Labelled, ...]:
    """Every labelled picture below `folder`, patient by patient, less the patients of `without`."""
    paths = sorted(folder.glob("*/Images/*/*.png"))
    if not paths:
        raise FileError(f"There are no labelled pictures in {folder}.", hint=_HINT)
    found = []
    for n, path in enumerate(paths):
        report(n / len(paths), path.name)
        case = _labelled(path, folder)
        if case.patient not in without:
            found.append(case)
    _refuse_leaks(found)
    return tuple(found)


def by_patient(cases: Sequence[Labelled]) -> dict[str, tuple[Labelled, ...]]:
    """The cases of each patient, in the order of their first picture."""
    names = dict.fromkeys(case.patient for case in cases)
    return {name: tuple(c for c in cases if c.patient == name) for name in names}


def diastole_of(cases: Sequence[Labelled]) -> int:
    """Of one patient's two drawn phases the one with the larger cavity: end-diastole."""
    phases = {case.phase for case in cases}
    return max(sorted(phases), key=lambda p: sum(int(c.mask.sum()) for c in cases if c.phase == p))


def _labelled(path: Path, folder: Path) -> Labelled:
    name = _NAME.fullmatch(path.name)
    if name is None:
        raise FileError(f"{path.name} does not name its patient and picture.", hint=_HINT)
    top = path.relative_to(folder).parts[0]
    if top not in _FOLDERS:
        raise FileError(f"{path} lies neither in Train nor in Test.", hint=_HINT)
    label = folder / top / "Labels" / path.parent.name / path.name
    return Labelled(name[1], int(name[2]), _FOLDERS[top], _grey(path), _grey(label) > 127)


def _grey(path: Path) -> NDArray[np.float32]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("L"), np.float32)
    except (OSError, SyntaxError) as error:
        raise FileError(f"{path} cannot be read: {error}.", hint=_HINT) from error


def _refuse_leaks(cases: Sequence[Labelled]) -> None:
    """One patient in both splits would make every held-out figure a lie."""
    splits: dict[str, set[str]] = {}
    for case in cases:
        splits.setdefault(case.patient, set()).add(case.split)
    both = sorted(patient for patient, names in splits.items() if len(names) > 1)
    if both:
        raise FileError(f"Patients lie in Train and in Test: {', '.join(both)}.", hint=_HINT)
