"""VTK without a window of its own: it renders off the screen, and the result is a QImage.

The only way that works with and without a screen, on every system, with Qt painting over it.
A render window belongs to the thread that made it, from the first call to `close`.
"""

from __future__ import annotations

import os
import sys
from ctypes.util import find_library

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

if sys.platform.startswith("linux") and find_library("EGL"):
    # Neither X nor a device node is needed, and no thread shares Qt's connection. VTK reads it as it loads.
    os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")

import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 - registers the OpenGL classes
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow

_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "gdi generic", "microsoft basic", "software")


class OffscreenWindow:
    """One render window with one renderer on black."""

    def __init__(self) -> None:
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(0.0, 0.0, 0.0)
        self.window = vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.AddRenderer(self.renderer)
        self._bytes = vtkUnsignedCharArray()

    def resize(self, width: int, height: int) -> None:
        """Render at another size, in device pixels."""
        if tuple(self.window.GetSize()) != (width, height):
            self.window.SetSize(max(1, width), max(1, height))

    def render(self) -> QImage:
        """Render, and read the pixels back."""
        self.window.Render()
        width, height = self.window.GetSize()
        self.window.GetRGBACharPixelData(0, 0, width - 1, height - 1, 0, self._bytes)  # type: ignore[call-overload] # its stub misses this form
        pixels = vtk_to_numpy(self._bytes).reshape(height, width, 4)
        image = QImage(np.ascontiguousarray(pixels).data, width, height, QImage.Format.Format_RGBX8888)
        return image.flipped(Qt.Orientation.Vertical)  # a copy: VTK counts rows from the bottom

    def renderer_name(self) -> str:
        """What draws, in the words of the driver; known after the first picture."""
        lines = (self.window.ReportCapabilities() or "").splitlines()
        found = (line.split(":", 1)[1].strip() for line in lines if line.startswith("OpenGL renderer string"))
        return next(found, "")

    def is_software(self) -> bool:
        """Whether the CPU plays the graphics card."""
        name = self.renderer_name().lower()
        return not name or any(word in name for word in _SOFTWARE)

    def close(self) -> None:
        """Give everything back; without this each window keeps several megabytes for good."""
        self.renderer.RemoveAllViewProps()
        self.renderer.RemoveAllObservers()
        self.window.RemoveAllObservers()
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()
