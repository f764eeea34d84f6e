"""The mean of the values along each ray: neither ray caster of VTK has one that can be windowed.

Lives in the render thread. The mean is worked out in real values and only then looked up in the tables.
"""

from __future__ import annotations

import numpy as np
import pyvista
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkImagingCore import vtkImageReslice

from app.viewer.camera import Projection
from app.viewer.crop_box import Part
from app.viewer.volume_casters import grid, placing
from app.viewer.volume_presets import VolumePreset
from app.viewer.volume_request import Detail
from inference.imaging.volume import Volume

_STEPS = {Detail.MOVING: 4.0, Detail.SETTLING: 2.0, Detail.FULL: 1.0}  # voxels from sample to sample
_LEAST = 0.5  # samples of a ray that must lie within; a ray with less is black


class MeanProjection:
    """Averages one volume, or the part of it within a box."""

    def __init__(self, voxels: NDArray[np.generic], affine_lps: NDArray[np.float64]) -> None:
        self._volume = Volume(voxels, affine_lps)
        self._placing = placing(affine_lps)
        self._crop: Part | None = None
        self._inside: pyvista.ImageData | None = None
        self._values: pyvista.ImageData | None = None

    def picture(
        self,
        projection: Projection,
        tables: tuple[VolumePreset, tuple[float, float]],
        crop: Part | None,
        detail: Detail,
    ) -> NDArray[np.uint8]:
        """(rows, columns, 3) of a view, one row and column for each `detail` device pixels.

        `tables` are a preset and what 0 and 1 of a relative one mean.
        """
        values, inside = self._cut(crop)
        step_mm = min(self._volume.spacing_mm) * _STEPS[detail]
        count = max(2, round(2 * projection.radius_mm / step_mm))
        sums, hits = (self._through(cells, projection, step_mm, count, detail) for cells in (values, inside))
        seen = hits * count >= _LEAST
        mean = np.divide(sums, hits, out=np.zeros_like(sums), where=seen)
        return _looked_up(mean, seen, *tables)

    def _cut(self, crop: Part | None) -> tuple[pyvista.ImageData, pyvista.ImageData]:
        """Values, and whether they count: both 0 outside the box."""
        if self._values is None or self._inside is None or crop != self._crop:
            weights = np.ones(self._volume.shape, np.float32)
            if crop is not None:
                for k in range(self._volume.shape[0]):  # slice by slice: positions of all voxels are large
                    weights[k] = crop.contains(_positions(self._volume, k))
            values = np.where(weights > 0, self._volume.voxels, 0).astype(np.float32)
            self._values = grid(values, self._volume.affine_lps)
            self._inside = grid(weights, self._volume.affine_lps)
            self._crop = crop
        return self._values, self._inside

    def _through(
        self, cells: pyvista.ImageData, projection: Projection, step_mm: float, count: int, detail: Detail
    ) -> NDArray[np.float64]:
        width, height = (max(1, round(n / detail)) for n in projection.size)
        pixel_mm = detail / projection.pixels_per_mm
        slicer = vtkImageReslice()
        slicer.SetInputData(cells)
        slicer.SetResliceAxes(self._axes(projection))
        slicer.SetOutputDimensionality(2)
        slicer.SetOutputSpacing(pixel_mm, pixel_mm, step_mm)
        slicer.SetOutputOrigin(-(width - 1) / 2 * pixel_mm, -(height - 1) / 2 * pixel_mm, 0)
        slicer.SetOutputExtent(0, width - 1, 0, height - 1, 0, 0)
        slicer.SetInterpolationModeToLinear()
        slicer.SetSlabModeToMean()
        slicer.SetSlabNumberOfSlices(count)
        slicer.SetBackgroundLevel(0.0)
        slicer.Update()
        flat = vtk_to_numpy(slicer.GetOutput().GetPointData().GetScalars())
        return np.asarray(flat, float).reshape(height, width)[::-1]  # VTK counts rows from the bottom

    def _axes(self, projection: Projection) -> vtkMatrix4x4:
        """Screen right, up and towards the eye as directions among the voxels, and the middle of the view."""
        camera = projection.camera
        right, up, _eye = camera.axes_lps
        mm = projection.size[1] / projection.pixels_per_mm
        middle = projection.centre_lps_mm - (right * camera.pan[0] + up * camera.pan[1]) * mm
        wanted = np.eye(4)
        wanted[:3, :3], wanted[:3, 3] = camera.axes_lps.T, middle
        placed = np.array([[self._placing.GetElement(r, c) for c in range(4)] for r in range(4)])
        axes = np.linalg.inv(placed) @ wanted
        made = vtkMatrix4x4()
        for row in range(4):
            for column in range(4):
                made.SetElement(row, column, axes[row, column])
        return made


def _positions(volume: Volume, k: int) -> NDArray[np.float64]:
    """(rows, columns, 3) LPS millimetres of one slice."""
    rows, columns = volume.shape[1:]
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    return volume.to_lps_mm(np.stack([np.full_like(j, k), j, i], axis=-1))


def _looked_up(
    mean: NDArray[np.float64], seen: NDArray[np.bool_], preset: VolumePreset, limits: tuple[float, float]
) -> NDArray[np.uint8]:
    """Colour times opacity of each mean; black where no ray met anything."""
    low, high = limits if preset.scale == "relative" else (0.0, 1.0)
    opacity, colour = np.array(preset.opacity, float), np.array(preset.colour, float)
    share = np.interp(mean, low + opacity[:, 0] * (high - low), opacity[:, 1]) * seen
    values = low + colour[:, 0] * (high - low)
    channels = [np.interp(mean, values, colour[:, 1 + c]) * share for c in range(3)]
    picture: NDArray[np.uint8] = np.round(255 * np.stack(channels, axis=-1)).astype(np.uint8)
    return picture
