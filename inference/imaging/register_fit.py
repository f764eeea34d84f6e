"""One fixed and one moving volume, and the toolkit that moves one onto the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage

from inference.errors import ComparisonError
from inference.imaging.register_similarity import BINS, Matrix, normalised_mutual_information
from inference.imaging.volume import Volume
from inference.progress import Report

STEPS = 150
SAMPLED = 0.25  # share of the foreground looked at in each step


class Fit:
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
        return matrix_of(transform)


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


def matrix_of(transform: Any) -> Matrix:
    """(4, 4) of a rigid transform of the toolkit."""
    matrix = np.eye(4)
    matrix[:3, :3] = np.reshape(transform.GetMatrix(), (3, 3))
    matrix[:3, 3] = transform.TransformPoint((0.0, 0.0, 0.0))
    return matrix
