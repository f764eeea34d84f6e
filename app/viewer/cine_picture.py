"""The picture of a cine view: VTK renders it in a thread; until it answers, Qt paints it.

Where the processor plays the graphics card, Qt goes on painting: that takes a quarter of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage, QPainter

from app.viewer.colour_maps import in_colour
from app.viewer.grey import grey
from app.viewer.layers.scene import Scene
from app.viewer.look import Interpolation
from app.viewer.render_thread import RenderThread, Stage
from app.viewer.shading import in_its_colours
from app.viewer.slice_picture import SlicePicture


@dataclass(frozen=True, eq=False)
class CineRequest:
    """One frame as it is to be seen.

    shades     (rows, columns) or (rows, columns, 3), 0..255, already windowed
    transform  (m11, m12, m21, m22, dx, dy): image coordinates -> device pixels, as in QTransform
    size       (width, height) in device pixels
    """

    key: tuple[object, ...]
    shades: NDArray[np.uint8]
    transform: tuple[float, float, float, float, float, float]
    size: tuple[int, int]
    smooth: bool


@dataclass(frozen=True, eq=False)
class CinePicture:
    """A frame that has been rendered; `by_processor` where there is no graphics card."""

    key: tuple[object, ...]
    image: QImage
    by_processor: bool = False

    @property
    def frame(self) -> int:
        """Which frame of the loop it is."""
        frame = self.key[0]
        assert isinstance(frame, int)
        return frame


def _make_stage() -> Stage:
    from app.viewer.cine_stage import CineStage  # VTK is loaded by the thread, when the first loop is shown

    return CineStage()


class CinePictureLayer(QObject):
    """Asks for the frame that the scene shows, and paints the newest that has come."""

    no_card = False  # of this machine, once the first loop has found out

    def __init__(self, still: SlicePicture, repaint: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.through_vtk = not self.no_card
        self.needs_card = True  # else VTK is used whatever it draws with
        self.painted: Callable[[int], object] = _nobody  # hears which frame has been painted
        self._still = still
        self._repaint = repaint
        self._thread = RenderThread(_make_stage, self)
        self._thread.rendered.connect(self._take)
        self._thread.failed.connect(self._do_without)
        self._asked: tuple[object, ...] = ()
        self.playing = False
        self._picture: CinePicture | None = None

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the newest frame of this size; the next one is on its way."""
        self.painted(self._drawn(painter, scene))

    def _drawn(self, painter: QPainter, scene: Scene) -> int:
        """Paint, and answer with the frame that it was."""
        if self.playing and scene.look.interpolation is Interpolation.CUBIC:  # it has no time to come to rest
            scene = replace(scene, look=replace(scene.look, interpolation=Interpolation.LINEAR))
        if not self.through_vtk or scene.look.interpolation is Interpolation.CUBIC:
            self._still.draw(painter, scene)
            return scene.look.slice_index
        ratio = painter.device().devicePixelRatioF()
        key = self._ask(scene, ratio)
        picture = self._picture
        if picture is not None and (key == picture.key or (self.playing and key[1:] == picture.key[1:])):
            picture.image.setDevicePixelRatio(ratio)
            painter.drawImage(0, 0, picture.image)
            return picture.frame
        self._still.draw(painter, scene)  # the first, or the view was stepped, zoomed or windowed since
        return scene.look.slice_index

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    def _ask(self, scene: Scene, ratio: float) -> tuple[object, ...]:
        look, t = scene.look, scene.transform
        transform = tuple(ratio * x for x in (t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy()))
        size = (round(scene.area.width() * ratio), round(scene.area.height() * ratio))
        shown = (scene.exhibit, look.window, look.inverted, look.colours, look.smooth)  # which loop, and how
        key = (look.slice_index, *shown, transform, size)
        pixels = self._still.pixels(scene.exhibit, look)
        if key != self._asked and pixels is not None:
            self._asked = key
            shades = pixels if pixels.ndim == 3 else grey(pixels, look.window, inverted=look.inverted)
            if shades.ndim == 2:
                shades = in_its_colours(in_colour(shades, look.colours), pixels, scene.exhibit, look)
            self._thread.ask(CineRequest(key, shades, transform, size, look.smooth))  # type: ignore[arg-type] # six numbers
        return key

    def _take(self, picture: CinePicture) -> None:
        if picture.by_processor and self.needs_card:
            CinePictureLayer.no_card = True
            self._do_without()
            return
        self._picture = picture
        self._repaint()

    def _do_without(self, _reason: str = "") -> None:
        self.through_vtk = False
        self._thread.close()
        self._repaint()


def _nobody(_frame: int) -> None:
    """Whoever does not count."""
