"""Pictures and volumes of 25 kinds, with the caption that goes with each: "chest CT, nodule".

A patient is a seed; the same patient and kind give the same pixels for ever. In a volume the finding shows in
two to four slices only, so that a mean over slices drowns it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.phantoms.radclip_anatomy import PAINTERS, body_of
from training.phantoms.radclip_canvas import Canvas

NORMAL = "normal"
FINDINGS: Mapping[str, tuple[str, ...]] = {
    "chest X-ray": (NORMAL, "nodule", "pleural effusion", "consolidation", "cardiomegaly"),
    "chest CT": (NORMAL, "nodule", "pleural effusion", "airspace opacity"),
    "abdomen CT": (NORMAL, "liver lesion", "renal cyst", "ascites", "renal stone"),
    "abdomen MRI": (NORMAL, "liver lesion", "renal cyst", "ascites"),
    "head CT": (NORMAL, "haemorrhage", "acute infarct"),
    "head MRI": (NORMAL, "glioma tumour", "infarct", "oedema"),
}
_MODALITY = {"X-ray": "DX", "CT": "CT", "MRI": "MR"}
_TAPER = 0.55
_NOISE = {"CT": 11.0, "MR": 0.028, "DX": 0.02}


@dataclass(frozen=True)
class Kind:
    """What a picture is of."""

    view: str  # "chest CT"
    finding: str

    @property
    def caption(self) -> str:
        """As a reader would type it."""
        return f"{self.view}, {self.finding}"

    @property
    def modality(self) -> str:
        """As DICOM writes it."""
        return _MODALITY[self.view.split()[-1]]

    @property
    def is_flat(self) -> bool:
        """A projection, of which there are no volumes."""
        return self.modality == "DX"


KINDS = tuple(Kind(view, finding) for view, findings in FINDINGS.items() for finding in findings)


@dataclass(frozen=True, eq=False)
class RadPhantom:
    """One patient's picture or volume.

    values  (slices, size, size) HU of CT; 0..1 of MRI and X-ray
    lesion  slices that show the finding; none where it is normal
    """

    patient: int
    kind: Kind
    values: NDArray[np.float32]
    lesion: tuple[int, ...]


def picture(kind: Kind, patient: int, number: int = 0, *, size: int = 64) -> RadPhantom:
    """One of a patient's slices or projections; with a finding, one that shows it."""
    rng = _generator(kind, patient, 1000 + number)
    z = float(rng.uniform(-0.7, 0.7))
    shown = 0.0 if kind.finding == NORMAL else float(rng.uniform(0.75, 1.0))
    values = _slice(kind, patient, (size, 500 + number), (0.0 if kind.is_flat else z, shown))
    return RadPhantom(patient, kind, values[None], () if kind.finding == NORMAL else (0,))


def volume(kind: Kind, patient: int, *, slices: int = 16, size: int = 64) -> RadPhantom:
    """All slices; the finding in two to four neighbours."""
    if kind.is_flat:
        raise ValueError("a projection has no slices")
    rng = _generator(kind, patient, 1)
    count = int(rng.integers(2, 5))
    first = int(rng.integers(2, slices - count - 1))
    lesion = () if kind.finding == NORMAL else tuple(range(first, first + count))
    middle = first + (count - 1) / 2
    made = []
    for k in range(slices):
        z = 0.9 * (2 * (k + 0.5) / slices - 1)
        shown = (1 - ((k - middle) / (count / 2 + 0.6)) ** 2) ** 0.5 if k in lesion else 0.0
        made.append(_slice(kind, patient, (size, k), (z, shown)))
    return RadPhantom(patient, kind, np.stack(made), lesion)


def _slice(kind: Kind, patient: int, at: tuple[int, int], state: tuple[float, float]) -> NDArray[np.float32]:
    """One slice of `size` and number `at`, at z and with so much of the finding as `state` says."""
    body = body_of(_generator(kind, patient, 2))
    canvas = Canvas(at[0], _generator(kind, patient, 100 + at[1]), (1 - _TAPER * state[0] ** 2) ** 0.5)
    PAINTERS[kind.view](canvas, body, kind.finding, state[1])
    return _noisy(canvas.values, kind.modality, canvas.rng)


def _noisy(values: NDArray[np.float32], modality: str, rng: np.random.Generator) -> NDArray[np.float32]:
    noise = rng.normal(0, _NOISE[modality], (2, *values.shape)).astype(np.float32)
    if modality != "MR":
        made: NDArray[np.float32] = values + noise[0]
        return made
    ramp = 1 + 0.15 * rng.uniform(-1, 1) * np.linspace(-1, 1, values.shape[0], dtype=np.float32)
    rician: NDArray[np.float32] = np.hypot(values * ramp[:, None] + noise[0], noise[1])
    return rician


def _generator(kind: Kind, patient: int, part: int) -> np.random.Generator:
    return np.random.default_rng((patient, KINDS.index(kind), part))
