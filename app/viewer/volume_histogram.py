"""How often each value comes in a volume: what stands behind a curve of opacity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.imaging.volume import Volume

BINS = 192
_SIDE = 96  # voxels along each edge that are counted at most
_OUTSIDE = 0.02  # per cent of the voxels that may lie beyond each end


@dataclass(frozen=True, eq=False)
class Histogram:
    """counts (BINS,) between two values of the volume's unit; empty where nothing was counted."""

    counts: NDArray[np.float64]
    low: float
    high: float

    @property
    def heights(self) -> NDArray[np.float64]:
        """0..1, on the scale of a logarithm: air must not flatten everything else."""
        heights = np.log1p(self.counts)
        tall: NDArray[np.float64] = heights / (heights.max() or 1.0)
        return tall


def histogram_of(volume: Volume) -> Histogram:
    """Counted over every n-th voxel; padding is no value."""
    thin = volume.voxels[tuple(slice(None, None, max(1, n // _SIDE)) for n in volume.shape)].ravel()
    values = thin[np.isfinite(thin)].astype(np.float64)
    if volume.padding is not None:
        values = values[values != volume.padding]
    if values.size == 0:
        return Histogram(np.zeros(BINS), 0.0, 1.0)
    low, high = (float(x) for x in np.percentile(values, (_OUTSIDE, 100 - _OUTSIDE)))
    high = high if high > low else low + 1.0
    counts, _ = np.histogram(values, BINS, (low, high))
    return Histogram(counts.astype(np.float64), low, high)
