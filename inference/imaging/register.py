"""Two volumes of one patient, brought together by a rigid movement, and an honest word on how it fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import ComparisonError
from inference.imaging.register_fit import Fit, matrix_of
from inference.imaging.register_similarity import Matrix, foreground
from inference.imaging.resample import isotropic_grid, resample
from inference.imaging.volume import Volume
from inference.progress import Report, share, silent

WORK_MM = (
    2.0  # both volumes are brought to this spacing; finer detail moves a rigid fit by less than a tenth of it
)
MOST_VOXELS = 8e6  # a larger extent is worked on at a wider spacing
LEVELS = ((4, 4.0), (2, 2.0), (1, 0.0))  # (shrink factor, smoothing in mm)
SEED = 20260101
NUDGE_MM, NUDGE_RAD = 3.0, 0.04  # where the second fit starts, away from the first
LARGEST_RESIDUAL_MM = 2.0
LEAST_OVERLAP = 0.5
LEAST_SIMILARITY = 0.05
LARGEST_TURN_DEG = 60.0


@dataclass(frozen=True, eq=False)
class Registration:
    """Where a point of the fixed volume lies in the moving one, in LPS millimetres.

    similarity   normalised mutual information of the foreground, 0 (unrelated) to 1, before and after
    overlap      share of the fixed foreground that the moving volume covers
    residual_mm  how far apart two fits from different starts put the head's surface
    quality      all of this in words
    """

    moving_from_fixed_lps: Matrix
    quality: str
    similarity_before: float
    similarity_after: float
    overlap: float
    trustworthy: bool
    residual_mm: float = 0.0


def register(fixed: Volume, moving: Volume, report: Report = silent) -> Registration:
    """Find the rigid movement that brings `moving` onto `fixed`. Seeded; `report` may raise Cancelled."""
    report(0.0, "preparing")
    still, loose = _prepared(fixed), _prepared(moving)
    mask = foreground(still)
    if mask.sum() < 1000:
        raise ComparisonError(
            "One of the two volumes is too small or empty to be aligned.",
            hint="Choose another pair of series.",
        )
    fit = Fit(still, mask, loose)
    starts = [np.eye(4), _shift(_middle(still), _middle(loose)), _shift(_mass(still), _mass(loose))]
    start = max(starts, key=fit.likeness)
    best = fit.run(start, LEVELS, SEED, share(report, 0.05, 0.7))
    again = fit.run(best @ _nudge(still), LEVELS[1:], SEED + 1, share(report, 0.7, 0.95))
    residual_mm = _apart(best, again, still, mask)
    if fit.likeness(again) > fit.likeness(best):
        best = again
    report(1.0, "aligned")
    return _judged(fit, best, residual_mm)


def _judged(fit: Fit, movement: Matrix, residual_mm: float) -> Registration:
    before, after, overlap = fit.likeness(np.eye(4)), fit.likeness(movement), fit.overlap(movement)
    turn_deg = float(np.degrees(np.arccos(np.clip((np.trace(movement[:3, :3]) - 1) / 2, -1, 1))))
    doubts = [
        (after < LEAST_SIMILARITY, "the two volumes do not resemble each other"),
        (after < before - 0.01, "they resemble each other less than before"),
        (overlap < LEAST_OVERLAP, f"only {overlap:.0%} of one is seen in the other"),
        (residual_mm > LARGEST_RESIDUAL_MM, f"two attempts differ by {residual_mm:.1f} mm"),
        (turn_deg > LARGEST_TURN_DEG, f"it would turn the patient by {turn_deg:.0f} degrees"),
    ]
    reasons = [reason for holds, reason in doubts if holds]
    figures = (
        f"similarity {before:.2f} before, {after:.2f} after; {overlap:.0%} seen in both; "
        f"repeatable to {residual_mm:.1f} mm"
    )
    verdict = f"Not reliably aligned: {'; '.join(reasons)}" if reasons else "Aligned"
    quality = f"{verdict} ({figures})."
    return Registration(movement, quality, before, after, overlap, not reasons, residual_mm)


def _prepared(volume: Volume) -> Volume:
    """A copy at the working spacing, 32-bit, without padding and outliers."""
    voxels = volume.voxels.astype(np.float32)
    good = np.isfinite(voxels)
    if volume.padding is not None:
        good &= voxels != volume.padding
    low, high = np.percentile(voxels[good][::7], (0.5, 99.5)) if good.any() else (0.0, 1.0)
    clipped = np.where(good, np.clip(voxels, low, high), low)
    plain = Volume(_thinned(clipped, volume), volume.affine_lps)
    extent_mm3 = float(np.prod(volume.spacing_mm)) * voxels.size
    spacing_mm = max(WORK_MM, (extent_mm3 / MOST_VOXELS) ** (1 / 3))
    shape, affine_lps = isotropic_grid(plain, spacing_mm)
    return resample(plain, shape, affine_lps, outside=float(low))


def _thinned(voxels: NDArray[Any], volume: Volume) -> NDArray[Any]:
    """Smoothed along fine axes, so that thinning them out loses no more than it must."""
    sigma = [0.4 * WORK_MM / mm if mm < WORK_MM / 1.5 else 0.0 for mm in volume.spacing_mm]
    return ndimage.gaussian_filter(voxels, sigma) if any(sigma) else voxels


def _shift(start: Matrix, end: Matrix) -> Matrix:
    matrix = np.eye(4)
    matrix[:3, 3] = end - start
    return matrix


def _middle(volume: Volume) -> Matrix:
    return volume.to_lps_mm((np.array(volume.shape) - 1) / 2)


def _mass(volume: Volume) -> Matrix:
    return volume.to_lps_mm(np.array(ndimage.center_of_mass(foreground(volume))))


def _nudge(volume: Volume) -> Matrix:
    """A small turn about the middle of the volume and a small shift."""
    transform = SimpleITK.Euler3DTransform()
    transform.SetCenter(_middle(volume).tolist())
    transform.SetRotation(NUDGE_RAD, -NUDGE_RAD, NUDGE_RAD)
    transform.SetTranslation((NUDGE_MM, -NUDGE_MM, NUDGE_MM))
    return matrix_of(transform)


def _apart(one: Matrix, other: Matrix, volume: Volume, mask: NDArray[np.bool_]) -> float:
    """The largest distance between where two movements put the corners of the foreground's box."""
    index = np.argwhere(mask)
    low, high = index.min(axis=0), index.max(axis=0)
    corners = np.array([[(low, high)[b >> axis & 1][axis] for axis in range(3)] for b in range(8)])
    points = np.c_[volume.to_lps_mm(corners), np.ones(8)]
    return float(np.linalg.norm((points @ (one - other).T)[:, :3], axis=1).max())
