"""The VTK scene of a volume view: the ray caster that suits the machine. Lives in the render thread."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pyvista
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - registers the mappers' OpenGL parts
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper, vtkGPUVolumeRayCastMapper

from app.viewer.camera import Projection
from app.viewer.surfaces import Surfaces
from app.viewer.volume_presets import VolumePreset, value_range
from app.viewer.volume_request import (
    CPU_VOXELS,
    GPU_VOXELS,
    Detail,
    VolumePicture,
    VolumeRequest,
    resolution_text,
    thinned,
)
from app.viewer.vtk_picture import OffscreenWindow
from inference.imaging.volume import Volume


class VolumeStage:
    """Renders one volume from wherever it is asked to."""

    def __init__(self, volume: Volume, centre_lps_mm: np.ndarray, radius_mm: float) -> None:
        self._window = OffscreenWindow()
        self._window.resize(16, 16)
        self._window.render()  # the driver's name is known after the first picture
        self._software = self._window.is_software()
        self._centre, self._radius = centre_lps_mm, radius_mm
        voxels, affine, factors = thinned(volume, CPU_VOXELS if self._software else GPU_VOXELS)
        self._resolution = resolution_text(factors)
        self._shown = volume
        self._step_mm = float(np.linalg.norm(affine[:3, :3], axis=0).min())
        self._range = value_range(volume)
        self._preset: VolumePreset | None = None
        self._shaded_once = False
        self._mapper = _cpu_mapper() if self._software else vtkGPUVolumeRayCastMapper()
        self._grid = _grid(voxels, affine)
        self._mapper.SetInputData(self._grid)
        self._volume = vtkVolume()
        self._volume.SetMapper(self._mapper)
        self._volume.SetUserMatrix(_placing(affine))
        self._window.renderer.AddVolume(self._volume)
        self._window.renderer.GetActiveCamera().ParallelProjectionOn()
        self._surfaces = Surfaces(self._window.renderer)

    def render(self, request: VolumeRequest, is_stale: Callable[[], bool]) -> VolumePicture | None:
        """One picture; None where a newer request came while it was made."""
        self._fill(request.volume)
        self._dress(request)
        self._surfaces.show(request.surfaces)
        self._aim(request)
        stop = self._window.window.AddObserver("AbortCheckEvent", lambda *_: self._abort_if(is_stale))
        image = self._window.render()
        self._window.window.RemoveObserver(stop)
        aborted = bool(self._window.window.GetAbortRender())
        self._window.window.SetAbortRender(0)
        if aborted:
            return None
        self._shaded_once = self._shaded_once or bool(self._volume.GetProperty().GetShade())
        renderer = "CPU ray casting" if self._software else "GPU ray casting"
        return VolumePicture(request, image, renderer, self._resolution)

    def close(self) -> None:
        """Give everything back."""
        self._mapper.RemoveAllInputs()
        self._window.close()

    def _abort_if(self, is_stale: Callable[[], bool]) -> None:
        if is_stale():
            self._window.window.SetAbortRender(1)

    def _fill(self, volume: Volume | None) -> None:
        """Put the voxels of another moment into the scene."""
        if volume is not None and volume is not self._shown:
            self._shown = volume
            voxels, _affine, _factors = thinned(volume, CPU_VOXELS if self._software else GPU_VOXELS)
            self._grid.point_data["values"] = np.ascontiguousarray(voxels).reshape(-1)
            self._grid.Modified()

    def _dress(self, request: VolumeRequest) -> None:
        preset, coarse = request.preset, request.detail is not Detail.FULL
        if preset is not self._preset:
            self._preset = preset
            self._volume.SetProperty(_property(preset, self._range))
            if preset.blend == "mip":
                self._mapper.SetBlendModeToMaximumIntensity()
            else:
                self._mapper.SetBlendModeToComposite()
        # The CPU works out every gradient before its first shaded picture: seconds, in which nothing is seen.
        shade = preset.shade and not (self._software and coarse and not self._shaded_once)
        self._volume.GetProperty().SetShade(shade)
        if self._software:
            self._mapper.SetImageSampleDistance(float(request.detail))
            self._mapper.SetSampleDistance(self._step_mm * (1.0 if coarse else 0.5))

    def _aim(self, request: VolumeRequest) -> None:
        self._window.resize(*request.size)
        projection = Projection(request.camera, self._centre, self._radius, request.size)
        right, up, eye = request.camera.axes_lps
        mm = request.size[1] / projection.pixels_per_mm  # height of the view in the patient
        pan_right, pan_up = request.camera.pan
        focus = self._centre - (right * pan_right + up * pan_up) * mm
        camera = self._window.renderer.GetActiveCamera()
        camera.SetFocalPoint(*focus)
        camera.SetPosition(*(focus + eye * self._radius * 4))
        camera.SetViewUp(*up)
        camera.SetParallelScale(mm / 2)
        camera.SetClippingRange(self._radius, self._radius * 8)


def _cpu_mapper() -> vtkFixedPointVolumeRayCastMapper:
    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.SetAutoAdjustSampleDistances(0)
    mapper.SetNumberOfThreads(max(1, (os.cpu_count() or 2) - 1))  # one core is the window's
    return mapper


def _grid(voxels: np.ndarray, affine: np.ndarray) -> pyvista.ImageData:
    """Voxels with their spacing alone; `_placing` turns and moves them."""
    k, j, i = voxels.shape
    spacing = np.linalg.norm(affine[:3, :3], axis=0)[::-1]
    grid = pyvista.ImageData(dimensions=(i, j, k), spacing=tuple(spacing))
    grid.point_data["values"] = np.ascontiguousarray(voxels).reshape(-1)  # x runs fastest, as columns do
    return grid


def _placing(affine: np.ndarray) -> vtkMatrix4x4:
    """Millimetres along (column, row, slice) -> LPS millimetres."""
    matrix = vtkMatrix4x4()
    steps = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    for row in range(3):
        for column in range(3):
            matrix.SetElement(row, column, steps[row, 2 - column])
        matrix.SetElement(row, 3, affine[row, 3])
    return matrix


def _property(preset: VolumePreset, limits: tuple[float, float]) -> vtkVolumeProperty:
    low, high = limits if preset.scale == "relative" else (0.0, 1.0)
    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    for value, alpha in preset.opacity:
        opacity.AddPoint(low + value * (high - low), alpha)
    for value, red, green, blue in preset.colour:
        colour.AddRGBPoint(low + value * (high - low), red, green, blue)
    made = vtkVolumeProperty()
    made.SetScalarOpacity(opacity)
    made.SetColor(colour)
    made.SetInterpolationTypeToLinear()
    made.SetAmbient(preset.ambient)
    made.SetDiffuse(preset.diffuse)
    made.SetSpecular(preset.specular)
    made.SetSpecularPower(20)
    return made
