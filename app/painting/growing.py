"""A region that grows from one voxel: what is joined to it and has values in a range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from app.painting.boxes import Shape
from app.painting.brush import Limits, Part, Sweep, Values, covered
from inference.errors import NotApplicableError
from inference.imaging.volume import Volume

_SPREAD = 2.5  # standard deviations round the mean of the seed's neighbours
_NEAR = (1, 2, 2)  # voxels to each side that are its neighbours


def grown(volume: Volume, seed_lps_mm: NDArray[np.float64], limits: Limits | None, reach_mm: float) -> Part:
    """Voxels joined to the seed by faces, with values within the limits, no further away than `reach_mm`.

    Without limits, a range round the values next to the seed is taken. NotApplicableError where the seed
    itself lies outside.
    """
    box, near = covered(volume.affine_lps, volume.shape, Sweep(seed_lps_mm, seed_lps_mm, reach_mm))
    seed = np.floor(volume.to_index(seed_lps_mm) + 0.5).astype(int)
    place = tuple(int(n) for n in seed - box.low)
    if box.is_empty or any(not 0 <= n < size for n, size in zip(place, box.shape, strict=True)):
        raise NotApplicableError("There is no voxel to grow from.", hint="Click on the volume.")
    values = volume.voxels[box.slices]
    wanted = limits or limits_round(volume.voxels, (int(seed[0]), int(seed[1]), int(seed[2])))
    inside = near & wanted.holds(values)
    if not inside[place]:
        words = f"The value {float(values[place]):.4g} lies outside the range to grow in."
        raise NotApplicableError(words, hint="Widen the range, or click where the values lie within it.")
    regions, _count = ndimage.label(inside)
    grown_mask: NDArray[np.bool_] = regions == regions[place]
    return box, grown_mask


def limits_round(voxels: Values, seed: Shape) -> Limits:
    """The range of values next to a voxel: their mean, and some standard deviations to each side."""
    part = tuple(slice(max(n - near, 0), n + near + 1) for n, near in zip(seed, _NEAR, strict=True))
    values = voxels[part].astype(np.float64)
    own, middle = float(voxels[seed]), float(np.nanmean(values))
    spread = _SPREAD * float(np.nanstd(values))
    return Limits(min(middle - spread, own), max(middle + spread, own))
