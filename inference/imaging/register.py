"""Two volumes of one patient, brought together by a rigid movement, and an honest word on how it fits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import ComparisonError
from inference.imaging.register_similarity import BINS, Matrix, foreground, normalised_mutual_information
from inference.imaging.resample import isotropic_grid, resample
from inference.imaging.volume import Volume
from inference.progress import Report, share, silent

WORK_MM = (
    2.0  # both volumes are brought to this spacing; finer detail moves a rigid fit by less than a tenth of it
)
MOST_VOXELS = 8e6  # a larger extent is worked on at a wider spacing
LEVELS = ((4, 4.0), (2, 2.0), (1, 0.0))  # (shrink factor, smoothing in mm)
STEPS = 150
SAMPLED = 0.25  # share of the foreground looked at in each step
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
    fit = _Fit(still, mask, loose)
    starts = [np.eye(4), _shift(_middle(still), _middle(loose)), _shift(_mass(still), _mass(loose))]
    start = max(starts, key=fit.likeness)
    best = fit.run(start, LEVELS, SEED, share(report, 0.05, 0.7))
    again = fit.run(best @ _nudge(still), LEVELS[1:], SEED + 1, share(report, 0.7, 0.95))
    residual_mm = _apart(best, again, still, mask)
    if fit.likeness(again) > fit.likeness(best):
        best = again
    report(1.0, "aligned")
    return _judged(fit, best, residual_mm)


def _judged(fit: _Fit, movement: Matrix, residual_mm: float) -> Registration:
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


class _Fit:
    """One fixed and one moving volume, and how well a movement brings them together."""

    def __init__(self, fixed: Volume, mask: NDArray[np.bool_], moving: Volume) -> None:
        self._moving = moving
        self._fixed_image = _image(fixed, fixed.voxels)
        self._mask_image = _image(fixed, mask.astype(np.uint8))
        self._moving_image = _image(moving, moving.voxels)
        index = np.argwhere(mask)
        chosen = index[:: max(1, len(index) // 60_000)]
        self._points = fixed.to_lps_mm(chosen)
        self._values = fixed.voxels[tuple(chosen.T)]

    def overlap(self, movement: Matrix) -> float:
        """Share of the fixed foreground that lies within the moving volume."""
        return float(self._inside(self._there(movement)).mean())

    def likeness(self, movement: Matrix) -> float:
        """Normalised mutual information over the shared foreground; 0 where hardly any is shared."""
        index = self._there(movement)
        inside = self._inside(index)
        if inside.mean() < 0.1:
            return 0.0
        seen = ndimage.map_coordinates(self._moving.voxels, index[inside].T, order=1, mode="nearest")
        return normalised_mutual_information(self._values[inside], seen)

    def _there(self, movement: Matrix) -> Matrix:
        return self._moving.to_index(self._points @ movement[:3, :3].T + movement[:3, 3])

    def _inside(self, index: Matrix) -> NDArray[np.bool_]:
        inside = (index > -0.5) & (index < np.array(self._moving.shape) - 0.5)
        return np.asarray(inside.all(axis=-1), np.bool_)

    def run(self, start: Matrix, levels: Sequence[tuple[int, float]], seed: int, report: Report) -> Matrix:
        """Improve `start` level by level: Mattes mutual information, gradient descent, seeded samples."""
        transform = _euler(start, self._points.mean(axis=0))
        method = SimpleITK.ImageRegistrationMethod()
        method.SetMetricAsMattesMutualInformation(BINS)
        method.SetMetricFixedMask(self._mask_image)
        method.SetMetricSamplingStrategy(method.RANDOM)
        method.SetMetricSamplingPercentagePerLevel([SAMPLED] * len(levels), seed)
        method.SetInterpolator(SimpleITK.sitkLinear)
        method.SetOptimizerAsRegularStepGradientDescent(
            learningRate=2.0, minStep=0.005, numberOfIterations=STEPS, relaxationFactor=0.8
        )
        method.SetOptimizerScalesFromPhysicalShift()
        method.SetShrinkFactorsPerLevel([shrink for shrink, _ in levels])
        method.SetSmoothingSigmasPerLevel([sigma for _, sigma in levels])
        method.SmoothingSigmasAreSpecifiedInPhysicalUnitsOn()
        method.SetInitialTransform(transform, inPlace=True)
        _run_reported(method, self._fixed_image, self._moving_image, len(levels), report)
        return _matrix(transform)


def _run_reported(
    method: SimpleITK.ImageRegistrationMethod, fixed: Any, moving: Any, levels: int, report: Report
) -> None:
    """Run with progress. An exception from `report` stops the fit and is raised once it has stopped."""
    raised: list[BaseException] = []

    def tell() -> None:
        level, step = method.GetCurrentLevel(), method.GetOptimizerIteration()
        try:
            report((level + min(1.0, step / STEPS)) / levels, f"aligning, level {level + 1} of {levels}")
        except BaseException as error:  # noqa: BLE001 - it must not cross C++ frames; raised below
            raised.append(error)
            method.StopRegistration()

    _on_every_step(method, tell)
    try:
        method.Execute(fixed, moving)
    except RuntimeError as error:
        if not raised:
            raise ComparisonError(
                "The two volumes could not be aligned: they have too little in common.",
                hint="Choose series of the same kind, such as the T1 of both studies.",
            ) from error
    if raised:
        raise raised[0]


def _on_every_step(method: SimpleITK.ImageRegistrationMethod, tell: Callable[[], None]) -> None:
    method.AddCommand(SimpleITK.sitkIterationEvent, tell)
    method.AddCommand(SimpleITK.sitkMultiResolutionIterationEvent, tell)


def _image(volume: Volume, voxels: NDArray[Any]) -> Any:
    """The toolkit's image in LPS millimetres; its axes count (i, j, k)."""
    image = SimpleITK.GetImageFromArray(voxels)
    image.SetSpacing(volume.spacing_mm[::-1])
    image.SetOrigin(volume.affine_lps[:3, 3].tolist())
    image.SetDirection(volume.directions_lps[:, ::-1].reshape(-1).tolist())
    return image


def _euler(movement: Matrix, centre_lps_mm: Matrix) -> Any:
    """The movement as three angles about a centre and a shift."""
    transform = SimpleITK.Euler3DTransform()
    transform.SetCenter(centre_lps_mm.tolist())
    transform.SetMatrix(movement[:3, :3].reshape(-1).tolist(), 1e-6)
    shift = movement[:3, :3] @ centre_lps_mm + movement[:3, 3] - centre_lps_mm
    transform.SetTranslation(shift.tolist())
    return transform


def _matrix(transform: Any) -> Matrix:
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(transform.GetMatrix(), (3, 3))
    matrix[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    return matrix


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
    return _matrix(transform)


def _apart(one: Matrix, other: Matrix, volume: Volume, mask: NDArray[np.bool_]) -> float:
    """The largest distance between where two movements put the corners of the foreground's box."""
    index = np.argwhere(mask)
    low, high = index.min(axis=0), index.max(axis=0)
    corners = np.array([[(low, high)[b >> axis & 1][axis] for axis in range(3)] for b in range(8)])
    points = np.c_[volume.to_lps_mm(corners), np.ones(8)]
    return float(np.linalg.norm((points @ (one - other).T)[:, :3], axis=1).max())
