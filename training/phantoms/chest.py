"""Synthetic CT of chest and abdomen with eight organs, lesions, and everything known about them.

Millimetres here are the phantom's own: x to the patient's left, y to the back, z to the head from the dome of
the diaphragm. Every shape is evaluated on whatever grid is asked for, through one smooth deformation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.imaging.volume import Volume
from training.phantoms.chest_anatomy import Body, Canvas, painted
from training.phantoms.chest_findings import BITS, FINDINGS, Lesion, draw_lesions
from training.phantoms.chest_lesions import paint_lesions
from training.phantoms.chest_reports import Sentence, report_of

ORGANS = ("lungs", "heart", "aorta", "liver", "spleen", "kidneys", "stomach", "spine")
CLASSES = ("background", *ORGANS, "focal lesion", "fluid")
SPACING_MM = (6.0, 4.5, 4.5)
PHASES = ("unenhanced", "arterial", "portal venous")
LIMITS_MM = {"chest": (-70.0, 235.0), "abdomen": (-225.0, 45.0), "both": (-225.0, 235.0)}
_BLUR = 0.45  # voxels: what a scanner smears


@dataclass(frozen=True)
class Scan:
    """What was scanned and how: region, contrast phase, noise in HU, language of the report."""

    region: str
    phase: str
    noise_hu: float
    language: str


@dataclass(frozen=True, eq=False)
class ChestCase:
    """One synthetic patient.

    volume     int16 HU
    labels     uint8, index into CLASSES
    marks      uint16; bit n is set where FINDINGS[n] shows
    sentences  of the report, each with what it speaks of
    """

    seed: int
    scan: Scan
    volume: Volume
    labels: NDArray[np.uint8]
    marks: NDArray[np.uint16]
    lesions: tuple[Lesion, ...]
    sentences: tuple[Sentence, ...]

    @property
    def report(self) -> str:
        """The whole report."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def findings(self) -> Mapping[str, bool]:
        """Which findings the patient has."""
        present = {lesion.name for lesion in self.lesions}
        return {name: name in present for name in FINDINGS}


def chest_case(
    seed: int, *, spacing_mm: tuple[float, float, float] = SPACING_MM, region: str = "", language: str = ""
) -> ChestCase:
    """The patient called `seed`, on a grid of this spacing (slices, rows, columns)."""
    rng = np.random.default_rng((seed, 4))
    scan = _scan(rng, region, language)
    body = Body.drawn(rng, scan.phase)
    lesions = draw_lesions(rng, body, LIMITS_MM[scan.region])
    affine = _affine(body, scan, spacing_mm, rng)
    canvas = _canvas(affine, _shape(body, scan, spacing_mm), rng)
    painted(canvas, body, lesions)
    paint_lesions(canvas, lesions, body.hu, scan.phase)
    shown = tuple(lesion for lesion in lesions if _shows(canvas, lesion))
    words = np.random.default_rng((seed, 5))  # the same words on every grid
    sentences = report_of(scan.region, scan.phase, shown, scan.language, words)
    volume = Volume(_scanned(canvas, scan, spacing_mm, rng), affine, "HU")
    return ChestCase(seed, scan, volume, canvas.labels, canvas.marks, shown, sentences)


def _scan(rng: np.random.Generator, region: str, language: str) -> Scan:
    drawn = str(rng.choice(list(LIMITS_MM), p=(0.25, 0.2, 0.55)))
    phase = str(rng.choice(PHASES, p=(0.4, 0.2, 0.4)))
    noise = float(rng.uniform(6, 22))
    tongue = "es" if rng.random() < 0.3 else "en"
    return Scan(region or drawn, phase, noise, language or tongue)


def _shows(canvas: Canvas, lesion: Lesion) -> bool:
    """What fell outside its organ is not there, and no report speaks of it."""
    volume_ml = int(((canvas.marks >> BITS[lesion.name]) & 1).sum()) * np.prod(canvas.voxels_mm) / 1000
    return bool(volume_ml > 0.2)


def _shape(body: Body, scan: Scan, spacing_mm: tuple[float, float, float]) -> tuple[int, int, int]:
    low, high = LIMITS_MM[scan.region]
    extent = ((high - low) * body.height, 2 * body.half_depth + 40, 2 * body.half_width + 50)
    slices, rows, columns = (int(np.ceil(e / s)) for e, s in zip(extent, spacing_mm, strict=True))
    return slices, rows, columns


def _affine(
    body: Body, scan: Scan, spacing_mm: tuple[float, float, float], rng: np.random.Generator
) -> NDArray[np.float64]:
    affine = np.zeros((4, 4))
    affine[2, 0], affine[1, 1], affine[0, 2] = spacing_mm
    affine[3, 3] = 1.0
    low = LIMITS_MM[scan.region][0] * body.height
    affine[:3, 3] = np.array([-body.half_width - 25, -body.half_depth - 15, low]) + rng.uniform(-8, 8, 3)
    return affine


def _canvas(affine: NDArray[np.float64], shape: tuple[int, int, int], rng: np.random.Generator) -> Canvas:
    """Empty pictures, and where each voxel lies before the patient was deformed."""
    axes = [affine[2 - n, 3] + affine[2 - n, n] * np.arange(size) for n, size in enumerate(shape)]
    zyx = list(np.meshgrid(*[axis.astype(np.float32) for axis in axes], indexing="ij"))
    for n in range(3):
        coarse = rng.normal(0, 5.0, (5, 4, 4)).astype(np.float32)
        zoomed = ndimage.zoom(coarse, [s / c for s, c in zip(shape, coarse.shape, strict=True)], order=1)
        zyx[n] = zyx[n] + zoomed
    return Canvas.empty(zyx[2], zyx[1], zyx[0], affine, rng)


def _scanned(
    canvas: Canvas, scan: Scan, spacing_mm: tuple[float, float, float], rng: np.random.Generator
) -> NDArray[np.int16]:
    """Partial volume, then noise: the coarser the voxels, the less of it."""
    smeared = ndimage.gaussian_filter(canvas.hu, _BLUR, mode="nearest")
    noise = rng.standard_normal(canvas.hu.shape, np.float32)
    noise = ndimage.gaussian_filter(noise, (0.0, 0.4, 0.4)) * 1.35  # as reconstruction leaves it
    strength = scan.noise_hu * min(3.0, (6.0 * 4.5 * 4.5 / float(np.prod(spacing_mm))) ** 0.25)
    scanned: NDArray[np.int16] = np.clip(np.round(smeared + noise * strength), -1024, 3071).astype(np.int16)
    return scanned
