"""What casts rays: the graphics card where there is one, else the processor. Lives in the render thread."""

from __future__ import annotations

import os

import numpy as np
import pyvista
from vtkmodules.vtkCommonDataModel import vtkPlane, vtkPlaneCollection
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkRenderWindow, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
    vtkVolumeMapper,
)

from app.viewer.crop_box import Part
from app.viewer.volume_presets import Blend
from app.viewer.volume_request import Detail

_COARSE = {Detail.MOVING: 3.0, Detail.SETTLING: 1.5, Detail.FULL: 0.5}  # of a voxel, from sample to sample


class Casters:
    """One mapper for the machine, as fine as it is asked to be."""

    def __init__(self, grid: pyvista.ImageData, step_mm: float, *, software: bool) -> None:
        self._step_mm = step_mm
        self._mapper = _cpu_mapper() if software else vtkGPUVolumeRayCastMapper()
        self._mapper.SetInputData(grid)
        self._planes = vtkPlaneCollection()
        self._crop: Part | None = None

    def mapper(self, blend: Blend, detail: Detail, crop: Part | None) -> vtkVolumeMapper:
        """The mapper for a way to render, as fine as is asked for."""
        self._mapper.SetAutoAdjustSampleDistances(0)
        if isinstance(self._mapper, vtkFixedPointVolumeRayCastMapper):
            self._mapper.SetImageSampleDistance(float(detail))
            self._mapper.SetSampleDistance(self._step_mm * (1.0 if detail is not Detail.FULL else 0.5))
        else:
            self._mapper.SetSampleDistance(self._step_mm * _COARSE[detail])
        if blend in _BLENDS:
            _BLENDS[blend](self._mapper)
        self._cut(crop)
        return self._mapper

    def can_render(self, window: vtkRenderWindow) -> bool:
        """Whether the graphics card can do it at all."""
        mapper = self._mapper
        return not isinstance(mapper, vtkGPUVolumeRayCastMapper) or bool(
            mapper.IsRenderSupported(window, vtkVolumeProperty())
        )

    def close(self) -> None:
        """Give the voxels back."""
        self._mapper.RemoveAllInputs()

    def _cut(self, crop: Part | None) -> None:
        if crop == self._crop:
            return
        self._crop = crop
        self._planes = vtkPlaneCollection()
        for point, normal in crop.planes() if crop else ():
            plane = vtkPlane()
            plane.SetOrigin(*point)
            plane.SetNormal(*normal)
            self._planes.AddItem(plane)
        self._mapper.SetClippingPlanes(self._planes)


_BLENDS = {  # the mean is worked out elsewhere
    "composite": vtkVolumeMapper.SetBlendModeToComposite,
    "mip": vtkVolumeMapper.SetBlendModeToMaximumIntensity,
    "minip": vtkVolumeMapper.SetBlendModeToMinimumIntensity,
}


def _cpu_mapper() -> vtkFixedPointVolumeRayCastMapper:
    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.SetNumberOfThreads(max(1, (os.cpu_count() or 2) - 1))  # one core is the window's
    return mapper


def grid(voxels: np.ndarray, affine: np.ndarray) -> pyvista.ImageData:
    """Voxels with their spacing alone; `placing` turns and moves them."""
    k, j, i = voxels.shape
    spacing = np.linalg.norm(affine[:3, :3], axis=0)[::-1]
    made = pyvista.ImageData(dimensions=(i, j, k), spacing=tuple(spacing))
    made.point_data["values"] = np.ascontiguousarray(voxels).reshape(-1)  # x runs fastest, as columns do
    return made


def placing(affine: np.ndarray) -> vtkMatrix4x4:
    """Millimetres along (column, row, slice) -> LPS millimetres."""
    matrix = vtkMatrix4x4()
    steps = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    for row in range(3):
        for column in range(3):
            matrix.SetElement(row, column, steps[row, 2 - column])
        matrix.SetElement(row, 3, affine[row, 3])
    return matrix
