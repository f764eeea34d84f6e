"""The VTK scene of a loop: one textured picture, placed by the transform that the layers have too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import vtkImageSlice, vtkImageSliceMapper

from app.viewer.cine_picture import CinePicture, CineRequest
from app.viewer.vtk_picture import OffscreenWindow


class CineStage:
    """Renders frames of a loop; lives in the render thread."""

    def __init__(self) -> None:
        self._window = OffscreenWindow()
        self._mapper = vtkImageSliceMapper()
        self._mapper.BorderOn()  # the outer half of the outer pixels is part of the picture
        self._slice = vtkImageSlice()
        self._slice.SetMapper(self._mapper)
        self._slice.GetProperty().SetColorWindow(255)
        self._slice.GetProperty().SetColorLevel(127.5)
        self._window.renderer.AddViewProp(self._slice)
        self._window.renderer.GetActiveCamera().ParallelProjectionOn()
        self._by_processor: bool | None = None
        self._pixels: NDArray[np.uint8] | None = None  # VTK looks at them without a copy

    def render(self, request: CineRequest, is_stale: Callable[[], bool]) -> CinePicture | None:
        """One frame as an image of the whole view."""
        if is_stale():
            return None
        self._mapper.SetInputData(self._image(request.shades))
        property_ = self._slice.GetProperty()
        if request.smooth:
            property_.SetInterpolationTypeToLinear()
        else:
            property_.SetInterpolationTypeToNearest()
        self._slice.SetUserMatrix(_matrix(request))
        self._aim(*request.size)
        image = self._window.render()
        if self._by_processor is None:  # the driver's name is known after the first picture
            self._by_processor = self._window.is_software()
        return CinePicture(request.key, image, self._by_processor)

    def close(self) -> None:
        """Give everything back."""
        self._window.close()
        self._pixels = None

    def _image(self, shades: NDArray[np.uint8]) -> vtkImageData:
        rows, columns = shades.shape[:2]
        self._pixels = np.ascontiguousarray(shades).reshape(rows * columns, -1)
        image = vtkImageData()
        image.SetDimensions(columns, rows, 1)
        image.SetOrigin(0.5, 0.5, 0.0)  # pixel centres
        image.GetPointData().SetScalars(numpy_to_vtk(self._pixels, deep=False))
        return image

    def _aim(self, width: int, height: int) -> None:
        """One world unit is one device pixel, counted from the bottom left."""
        self._window.resize(width, height)
        camera = self._window.renderer.GetActiveCamera()
        camera.SetFocalPoint(width / 2, height / 2, 0)
        camera.SetPosition(width / 2, height / 2, 100)
        camera.SetViewUp(0, 1, 0)
        camera.SetParallelScale(height / 2)
        camera.SetClippingRange(1, 200)


def _matrix(request: CineRequest) -> vtkMatrix4x4:
    m11, m12, m21, m22, dx, dy = request.transform
    matrix = vtkMatrix4x4()
    for row, values in enumerate([(m11, m21, 0, dx), (-m12, -m22, 0, request.size[1] - dy)]):
        for column, value in enumerate(values):
            matrix.SetElement(row, column, value)
    return matrix
