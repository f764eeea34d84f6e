"""The head in an MR volume: what is foreground, where it lies, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import NotApplicableError
from inference.imaging.volume import Volume

Floats: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Matrix: TypeAlias = NDArray[np.float64]
COARSE_MM = 4.0
CROWN_MM = 80.0  # from the crown to the centre of the head


@dataclass(frozen=True, eq=False)
class Head:
    """The foreground: voxels above `threshold`, and its box in the patient."""

    threshold: float
    mask: Mask
    low_lps_mm: Matrix
    high_lps_mm: Matrix

    @property
    def extent_mm(self) -> tuple[float, float, float]:
        """Along (x, y, z)."""
        x, y, z = self.high_lps_mm - self.low_lps_mm
        return float(x), float(y), float(z)

    @property
    def centre_lps_mm(self) -> Matrix:
        """Half-way from side to side and front to back, a fixed way below the crown: necks do not move it."""
        middle = (self.low_lps_mm + self.high_lps_mm) / 2
        return np.array([middle[0], middle[1], self.high_lps_mm[2] - CROWN_MM])


def find_head(volume: Volume) -> Head:
    """Otsu's threshold on compressed intensities of a coarse copy, then the largest piece, holes filled."""
    steps = [max(1, round(COARSE_MM / mm)) for mm in volume.spacing_mm]
    coarse = ndimage.uniform_filter(volume.voxels, steps)[tuple(slice(s // 2, None, s) for s in steps)]
    threshold = otsu(coarse)
    mask = largest_piece(coarse > threshold)
    if mask.mean() < 0.01:
        raise nothing_to_see()
    inside = np.argwhere(mask) * steps + [s // 2 for s in steps]
    points = volume.to_lps_mm(inside)
    margin = COARSE_MM / 2
    low, high = np.percentile(points, (0.5, 99.5), axis=0)
    return Head(threshold, mask, low - margin, high + margin)


def otsu(values: Floats) -> float:
    """The threshold that parts compressed intensities into two classes with the least spread within them."""
    low, high = np.percentile(values, (0.1, 99.5))
    if not high > low:
        raise nothing_to_see()
    compressed = np.sqrt(np.clip((values - low) / (high - low), 0, 1))
    count, edges = np.histogram(compressed, 128, (0, 1))
    middle = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(count)[:-1]
    above = count.sum() - below
    sums = np.cumsum(count * middle)
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = sums[:-1] / below - (sums[-1] - sums[:-1]) / above
        between = np.nan_to_num(below * above * gap**2)
    # every cut inside an empty gap between the classes is as good: take its middle
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    cut = float(edges[1 + int(best.mean())])
    return float(low + cut**2 * (high - low))


def largest_piece(mask: Mask) -> Mask:
    """The largest connected piece, with the holes of each slice filled."""
    pieces, count = ndimage.label(mask)
    if count > 1:
        mask = pieces == 1 + int(np.argmax(np.bincount(pieces.ravel())[1:]))
    return np.stack([ndimage.binary_fill_holes(s) for s in mask])


def nothing_to_see() -> NotApplicableError:
    """Why a series without foreground is not read."""
    return NotApplicableError(
        "not eligible: the series shows nothing but background.",
        hint="Choose a series with an image of the head.",
    )
