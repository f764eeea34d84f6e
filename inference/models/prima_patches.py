"""One MR volume -> the patches that Prima makes tokens of, each with its place in the patient.

Every step (axes, resampling, cropping, padding) is an affine from the new voxel index to the old one, so the
place of a patch is the product of these affines and of nothing else. The axes of a working volume are the
thin one first, then the other two in the order (z, y, x), growing towards the head, the back and the left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.imaging.volume import Volume
from inference.models.prima_head import (
    COARSE_MM,
    Floats,
    Head,
    Matrix,
    find_head,
    largest_piece,
    nothing_to_see,
)
from inference.networks.prima_config import PATCH, Grid

_Value = TypeVar("_Value", bound=np.generic)

ORIENTATIONS = ("axial", "coronal", "sagittal")
TISSUE_LEVEL = 0.35  # where the median of the head comes to lie in 0..1
TILT_TO_THIN = 1.5  # an axis this much coarser than the slice axis is the thin one


@dataclass(frozen=True, eq=False)
class Patches:
    """What is left of one series once the background is gone.

    voxels       (n, 4, 32, 32) grey levels 0..255, thin axis first
    index        (n, 3) place of each patch on the patch grid
    shape        (k, j, i) of the patch grid
    affine_lps   (4, 4) index on the patch grid -> centre of the patch in LPS millimetres
    position     (n, 3) steps along (z, y, x) for the position code
    orientation  0 axial, 1 coronal, 2 sagittal
    extent_mm    of the head along (x, y, z) of the patient
    """

    voxels: NDArray[np.uint8]
    index: NDArray[np.int64]
    shape: tuple[int, int, int]
    affine_lps: Matrix
    position: Floats
    orientation: int
    extent_mm: tuple[float, float, float]

    def __len__(self) -> int:
        return len(self.voxels)


def patches_of(volume: Volume, grid: Grid) -> Patches:
    """Bring a volume to the working grid and cut it; NotApplicableError where there is no foreground."""
    upright, orientation = turned(volume)
    head = find_head(upright)
    voxels, affine = _working_volume(upright, head, grid)
    share, level = _foreground(voxels, head.threshold)
    grey = np.rint(np.clip(voxels * (TISSUE_LEVEL / level), 0, 1) * 255).astype(np.uint8)
    index = _kept(share, grid)
    if not len(index):
        raise nothing_to_see()
    to_centre = np.diag([*map(float, PATCH), 1.0])
    to_centre[:3, 3] = (np.array(PATCH) - 1) / 2
    affine = affine @ to_centre
    return Patches(
        voxels=_blocks(grey, PATCH)[tuple(index.T)],
        index=index,
        shape=(share.shape[0], share.shape[1], share.shape[2]),
        affine_lps=affine,
        position=_positions(index, affine, head, orientation, grid),
        orientation=orientation,
        extent_mm=head.extent_mm,
    )


def turned(volume: Volume) -> tuple[Volume, int]:
    """The same volume with its axes reordered and flipped, thin axis first; and its orientation."""
    facing = volume.directions_lps  # columns: slice, row, column axis
    _, axis_of = linear_sum_assignment(-np.abs(facing))  # patient axis x, y, z -> array axis
    spacing = volume.spacing_mm
    thin = int(np.argmax(spacing)) if max(spacing) > TILT_TO_THIN * spacing[0] else 0
    thin_patient = int(np.flatnonzero(axis_of == thin)[0])
    patient_axes = [thin_patient, *(a for a in (2, 1, 0) if a != thin_patient)]
    order = [int(axis_of[a]) for a in patient_axes]
    new_to_old = np.zeros((4, 4))
    new_to_old[3, 3] = 1
    voxels = volume.voxels.transpose(order)
    for new, (old, patient) in enumerate(zip(order, patient_axes, strict=True)):
        backwards = facing[patient, old] < 0
        new_to_old[old, new] = -1 if backwards else 1
        new_to_old[old, 3] = volume.shape[old] - 1 if backwards else 0
        voxels = np.flip(voxels, new) if backwards else voxels
    values = _plain(voxels, volume.padding)
    return Volume(values, volume.affine_lps @ new_to_old), 2 - thin_patient


def stretch(size: int, start: float, step: float, count: int) -> Matrix:
    """(count, size) weights that read an axis of `size` samples at start + step * n, linearly.

    Where the new step is longer than the old one, neighbours are averaged in proportion. Outside is zero.
    """
    at = start + step * np.arange(count)
    reach = max(1.0, step)
    weights = np.clip(1 - np.abs(np.arange(size) - at[:, None]) / reach, 0, None)
    inside = (at > -0.5 - 1e-9) & (at < size - 0.5 + 1e-9)
    total = weights.sum(1, keepdims=True)
    scaled: Matrix = np.where(inside[:, None] & (total > 0), weights / np.maximum(total, 1e-9), 0.0)
    return scaled


def _plain(voxels: NDArray[np.generic], padding: float | None) -> Floats:
    """Float copy without padding or holes in the numbers; the least value becomes zero."""
    values = np.array(voxels, np.float32)
    if padding is not None:
        values[values == padding] = np.nan
    bad = ~np.isfinite(values)
    if bad.all():
        raise nothing_to_see()
    low = np.min(values[~bad]) if bad.any() else np.min(values)
    values[bad] = low
    return values - low


def _working_volume(volume: Volume, head: Head, grid: Grid) -> tuple[Floats, Matrix]:
    """Resampled, cropped and padded to whole patches around the head, with its affine."""
    new_to_old = np.eye(4)
    voxels = volume.voxels
    for axis in range(3):
        start, step, count = _span(volume, head, axis, grid)
        new_to_old[axis, axis], new_to_old[axis, 3] = step, start
        weights = stretch(volume.shape[axis], start, step, count).astype(np.float32)
        voxels = np.moveaxis(np.tensordot(weights, voxels, (1, axis)), 0, axis)
    return np.ascontiguousarray(voxels), volume.affine_lps @ new_to_old


def _span(volume: Volume, head: Head, axis: int, grid: Grid) -> tuple[float, float, int]:
    """(first index, step, count) along one axis: whole patches around the head, within the longest edge."""
    mm = volume.spacing_mm[axis]
    low, high = _head_along(volume, head, axis)
    if (high - low) * mm > grid.extent_mm:
        excess = (high - low) - grid.extent_mm / mm
        crown_up = abs(volume.directions_lps[2, axis]) > 0.7
        low, high = (low + excess, high) if crown_up else (low + excess / 2, high - excess / 2)
    wanted = max(mm, grid.slice_mm) if axis == 0 else grid.pixel_mm
    step = 1.0 if axis == 0 and wanted == mm else wanted / mm
    if axis == 0 and step == 1.0:  # slices are kept as they are: no blur between them
        low, high = np.floor(low + 0.5) - 0.5, np.ceil(high - 0.5) + 0.5
    samples = max(1, int(np.ceil((high - low) / step - 1e-6)))
    count = -(-samples // PATCH[axis]) * PATCH[axis]
    start = low + step / 2 - (count - samples) // 2 * step
    return float(start), float(step), count


def _head_along(volume: Volume, head: Head, axis: int) -> tuple[float, float]:
    """Edges of the head along one array axis, in voxels, within the scanned field."""
    inside = np.flatnonzero(head.mask.any(axis=tuple(a for a in range(3) if a != axis)))
    step = max(1, round(COARSE_MM / volume.spacing_mm[axis]))
    low, high = inside[0] * step - 0.5, (inside[-1] + 1) * step - 0.5
    return max(float(low), -0.5), min(float(high), volume.shape[axis] - 0.5)


def _foreground(voxels: Floats, threshold: float) -> tuple[Floats, float]:
    """Share of foreground per patch, and the median of the foreground."""
    half = voxels[:, ::2, ::2]
    mask = half > threshold
    level = float(np.median(half[mask])) if mask.any() else 0.0
    if level <= 0:
        raise nothing_to_see()
    blocks = _blocks(largest_piece(mask), (PATCH[0], PATCH[1] // 2, PATCH[2] // 2))
    return blocks.mean((3, 4, 5), dtype=np.float32), level


def _kept(share: Floats, grid: Grid) -> NDArray[np.int64]:
    """Grid indices of the patches that become tokens; too many: those with most foreground."""
    index = np.argwhere(share >= grid.min_foreground)
    if len(index) > grid.max_tokens:
        best = np.argsort(-share[tuple(index.T)], kind="stable")[: grid.max_tokens]
        index = index[np.sort(best)]
    return index.astype(np.int64)


def _blocks(array: NDArray[_Value], size: tuple[int, int, int]) -> NDArray[_Value]:
    """(k, j, i, *size) pieces of an array."""
    k, j, i = (n // s for n, s in zip(array.shape, size, strict=True))
    return array.reshape(k, size[0], j, size[1], i, size[2]).transpose(0, 2, 4, 1, 3, 5)


def _positions(index: NDArray[np.int64], affine: Matrix, head: Head, orientation: int, grid: Grid) -> Floats:
    """(n, 3) along (z, y, x): steps from the centre of the head, or patches from the corner."""
    if grid.position_mm:
        centres = index @ affine[:3, :3].T + affine[:3, 3]
        return ((centres - head.centre_lps_mm)[:, ::-1] / grid.position_mm).astype(np.float32)
    rest = [axis for axis in range(3) if axis != orientation]  # 0, 1, 2 stand for z, y, x
    position = np.empty((len(index), 3), np.float32)
    position[:, [orientation, *rest]] = index
    return position
