"""The VTK scene of a volume view: the ray caster that suits the machine. Lives in the render thread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401 - registers the mappers' OpenGL parts
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty

from app.viewer.camera import Projection
from app.viewer.explained_scene import ExplainedScene
from app.viewer.grey import image_to_array, to_image
from app.viewer.surfaces import Surfaces
from app.viewer.volume_casters import Casters, grid, placing
from app.viewer.volume_mean import MeanProjection
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

    def __init__(
        self, volume: Volume, centre_lps_mm: np.ndarray, radius_mm: float, *, most_voxels: int | None = None
    ) -> None:
        self._window = OffscreenWindow()
        self._window.resize(16, 16)
        self._window.render()  # the driver's name is known after the first picture
        self._software = self._window.is_software()
        self._centre, self._radius = centre_lps_mm, radius_mm
        most = most_voxels or (CPU_VOXELS if self._software else GPU_VOXELS)
        voxels, affine, factors = thinned(volume, most)
        self._resolution = resolution_text(factors)
        self._shown, self._most = volume, most
        self._range = value_range(volume)
        self._preset: VolumePreset | None = None
        self._shaded_once = False
        self._casters = self._make_casters(voxels, affine)
        self._mean: MeanProjection | None = None
        self._volume = vtkVolume()
        self._volume.SetUserMatrix(placing(affine))
        self._window.renderer.AddVolume(self._volume)
        self._window.renderer.GetActiveCamera().ParallelProjectionOn()
        self._surfaces = Surfaces(self._window.renderer)
        self._explained = ExplainedScene(self._window.renderer, software=self._software)

    def _make_casters(self, voxels: np.ndarray, affine: np.ndarray) -> Casters:
        """Those of the graphics card, unless it cannot."""
        self._cells = cells = grid(voxels, affine)
        step_mm = float(np.linalg.norm(affine[:3, :3], axis=0).min())
        made = Casters(cells, step_mm, software=self._software)
        if made.can_render(self._window.window):
            return made
        self._software = True
        return Casters(cells, step_mm, software=True)

    def render(self, request: VolumeRequest, is_stale: Callable[[], bool]) -> VolumePicture | None:
        """One picture; None where a newer request came while it was made."""
        self._fill(request.volume)
        self._dress(request)
        self._surfaces.show(request.surfaces)
        self._explained.show(request.explained)
        self._aim(request)
        stop = self._window.window.AddObserver("AbortCheckEvent", lambda *_: self._abort_if(is_stale))
        image = self._window.render()
        self._window.window.RemoveObserver(stop)
        aborted = bool(self._window.window.GetAbortRender())
        self._window.window.SetAbortRender(0)
        if aborted:
            return None
        if request.preset.blend == "average":
            image = self._behind(image, request)
        self._shaded_once = self._shaded_once or bool(self._volume.GetProperty().GetShade())
        renderer = "CPU ray casting" if self._software else "GPU ray casting"
        return VolumePicture(request, image, renderer, self._resolution)

    def close(self) -> None:
        """Give everything back."""
        self._casters.close()
        self._window.close()

    def _behind(self, image: QImage, request: VolumeRequest) -> QImage:
        """The mean of the volume, and over it what else stands in the scene."""
        projection = Projection(request.camera, self._centre, self._radius, request.size)
        tables = (request.preset, self._range)
        if self._mean is None:
            self._mean = MeanProjection(*thinned(self._shown, min(self._most, CPU_VOXELS))[:2])
        mean = to_image(self._mean.picture(projection, tables, request.crop, request.detail))
        smooth = Qt.TransformationMode.SmoothTransformation
        mean = mean.scaled(image.size(), Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        front, back = image_to_array(image)[..., :3], image_to_array(mean)[..., :3]
        return to_image(np.ascontiguousarray(np.where(front.any(axis=-1, keepdims=True), front, back)))

    def _abort_if(self, is_stale: Callable[[], bool]) -> None:
        if is_stale():
            self._window.window.SetAbortRender(1)

    def _fill(self, volume: Volume | None) -> None:
        """Put the voxels of another moment into the scene."""
        if volume is not None and volume is not self._shown:
            self._shown, self._mean = volume, None
            voxels, _affine, _factors = thinned(volume, self._most)
            self._cells.point_data["values"] = np.ascontiguousarray(voxels).reshape(-1)
            self._cells.Modified()

    def _dress(self, request: VolumeRequest) -> None:
        preset, coarse = request.preset, request.detail is not Detail.FULL
        if preset is not self._preset:
            self._preset = preset
            self._volume.SetProperty(_property(preset, self._range))
        self._volume.SetMapper(self._casters.mapper(preset.blend, request.detail, request.crop))
        self._volume.SetVisibility(preset.blend != "average")
        # The CPU works out every gradient before its first shaded picture: seconds, in which nothing is seen.
        shade = preset.shade and not (self._software and coarse and not self._shaded_once)
        self._volume.GetProperty().SetShade(shade)

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
