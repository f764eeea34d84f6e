"""What two volumes have in common, and where there is something to compare."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from inference.imaging.volume import Volume

Matrix = NDArray[np.float64]
BINS = 32


def foreground(volume: Volume) -> NDArray[np.bool_]:
    """Where the patient is: above Otsu's threshold of the logarithm, holes filled, slightly widened."""
    values = np.log1p(volume.voxels - volume.voxels.min())
    mask = values > otsu(values)
    closed = np.asarray(ndimage.binary_closing(mask, iterations=2))
    filled = np.stack([ndimage.binary_fill_holes(plane) for plane in closed])
    return np.asarray(ndimage.binary_dilation(filled, iterations=2), np.bool_)


def otsu(values: NDArray[Any], bins: int = 256) -> float:
    """The threshold that parts the values into the two most distinct groups."""
    counts, edges = np.histogram(values, bins)
    middles = (edges[:-1] + edges[1:]) / 2
    below = np.cumsum(counts)[:-1]
    above = counts.sum() - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        contrast = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1:-1][np.argmax(np.nan_to_num(contrast))])


def normalised_mutual_information(a: NDArray[Any], b: NDArray[Any], bins: int = BINS) -> float:
    """2 I(a, b) / (H(a) + H(b)): 0 for unrelated values, 1 where each tells the other."""
    joint, _, _ = np.histogram2d(a, b, bins)
    p = joint / joint.sum()
    both = _entropy(p.sum(axis=1)) + _entropy(p.sum(axis=0))
    return float(2 * (both - _entropy(p)) / both) if both > 0 else 0.0


def _entropy(p: NDArray[Any]) -> float:
    seen = p[p > 0]
    return float(-(seen * np.log(seen)).sum())
