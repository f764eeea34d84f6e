"""One viewport: a picture of a stack, volume or loop, and what is painted over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.theme import caption_font
from app.viewer import gestures, placing
from app.viewer.easel import Easel
from app.viewer.exhibit import Exhibit
from app.viewer.layers.brush_ring import BrushRing
from app.viewer.layers.cut_lines import CutLineLayer
from app.viewer.layers.explained import Overlay
from app.viewer.layers.furniture import Furniture
from app.viewer.layers.measurements import MeasurementLayer
from app.viewer.layers.overlay import OverlayLayer
from app.viewer.layers.scene import Layer, Scene
from app.viewer.look import Look, Oblique, Tool
from app.viewer.measurements.making import Sheet
from app.viewer.missing_pictures import MissingPictures
from app.viewer.picture_plane import PicturePlane
from app.viewer.plane_lines import PlaneLines
from app.viewer.pointer import Pointer
from app.viewer.profiles import STANDARD, profile_called
from app.viewer.refining import Refining
from app.viewer.resampling import Resampling
from app.viewer.slice_picture import SlicePicture
from app.viewer.slicing import Slices, nearest_slice
from app.viewer.turned_planes import through

_ON_PLANE_MM = 1e-6


class SliceView(QWidget):
    """Shows an exhibit under a look. Emits what the reader asks for; knows no other view and no file."""

    look_changed = Signal(object)  # Look
    crosshair_moved = Signal(object)  # (3,) LPS millimetres
    activated = Signal()
    menu_requested = Signal(QPoint)  # on the screen
    maximise_requested = Signal()
    picture_needed = Signal(int)  # index of a picture that has not been read
    probed = Signal(object)  # Probed
    measured = Signal(object)  # Measurement made, or changed by its handles
    measurement_chosen = Signal(str)  # its uid; empty for none
    rename_requested = Signal(str)  # uid of a measurement
    stroke_ended = Signal(str)  # what was done with the brush
    seed_picked = Signal(object)  # (3,) LPS millimetres that a region is to grow from
    brush_resized = Signal(int)  # steps, larger above zero
    planes_turned = Signal(object)  # PlaneTurn of the planes that cut this one

    def __init__(self, exhibit: Exhibit, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.exhibit = exhibit
        self.look = look
        self.steps_instead: Callable[[int], None] | None = None  # where stepping means something else
        self.tool = Tool.WINDOW
        self.profile = profile_called(STANDARD)
        self.resampling = Resampling(self)
        self.resampling.refined.connect(self.update)
        self.refining = Refining(self)
        self.refining.refined.connect(self.update)
        self.slice_picture = SlicePicture(self.resampling)
        self.picture: Layer = self.slice_picture
        self.furniture = Furniture(caption_font())
        self.cut_lines = CutLineLayer()
        self.lines = PlaneLines(self.furniture, self.cut_lines, self.update)
        self.overlay_layer = OverlayLayer(caption_font())
        self.measuring = MeasurementLayer(caption_font())
        self.layers: list[Layer] = [self.overlay_layer]
        self.ring = BrushRing()
        self.in_use: list[Layer] = []  # what a tool shows while it is held, such as a loupe
        self._overlay: Overlay | None = None  # the last one laid over it, whether it belongs here or not
        self._missing = MissingPictures(self.picture_needed.emit)
        self._pointer = Pointer(self)
        self.setMouseTracking(True)
        self.setMinimumSize(64, 64)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    @property
    def easel(self) -> Easel | None:
        """What the painting tools work on; None where nothing can be painted here."""
        return self.ring.easel

    @property
    def slices(self) -> Slices:
        """The pictures that the view scrolls through."""
        return self.exhibit.slices(self.look.plane)

    @property
    def plane(self) -> PicturePlane:
        """Where the picture on show lies."""
        return self.slices.plane(self.look.slice_index)

    def scene(self) -> Scene:
        """What the layers paint over at this moment."""
        size = QSizeF(self.size())
        transform = placing.screen_transform(self.plane, self.look, size)
        return Scene(
            self.exhibit, self.look, self.plane, transform, QRectF(QPointF(0, 0), size), self.refining
        )

    def sheet(self) -> Sheet | None:
        """What is on show, to measure on; None where its files are not known."""
        ground = self.measuring.ground
        if ground is None:
            return None
        pixels = self.slice_picture.pixels(self.exhibit, self.look)
        return Sheet(self.exhibit, self.look, self.plane, pixels, ground)

    def set_look(self, look: Look) -> None:
        """Show the exhibit under another look."""
        count = self.exhibit.slices(look.plane).count
        look = replace(look, slice_index=min(max(look.slice_index, 0), count - 1))
        if look == self.look:
            return
        self.look = look
        self._write_legend()
        self.look_changed.emit(look)
        self.update()

    def adjust(self, **changes: object) -> None:
        """Change some fields of the look."""
        self.set_look(replace(self.look, **changes))  # type: ignore[arg-type] # the keys are fields of Look

    def show_exhibit(self, exhibit: Exhibit) -> None:
        """Show another moment of what is on show, under the same look."""
        if exhibit is not self.exhibit:
            self.exhibit = exhibit
            self.set_overlay(self._overlay)

    def set_overlay(self, overlay: Overlay | None) -> None:
        """Lay an explanation over the picture where it belongs to it."""
        self._overlay = overlay
        shown = overlay if overlay and overlay.is_on and overlay.unit_for(self.exhibit) else None
        self.overlay_layer.overlay = shown
        self._write_legend()
        self.update()

    def step(self, steps: int) -> None:
        """Go `steps` pictures on."""
        if self.steps_instead is not None:
            self.steps_instead(steps)
            return
        self.set_look(gestures.scrolled(self.look, steps, self.slices.count))

    def go_to(self, point_lps_mm: NDArray[np.float64]) -> None:
        """Show the slice nearest to a point in the patient; a plane that was turned is laid through it."""
        if not self.plane.placed:
            return
        cut, index = self.look.plane, nearest_slice(self.slices, point_lps_mm)
        ahead_mm = float(self.slices.plane(index).to_pixels(point_lps_mm)[2])
        if isinstance(cut, Oblique) and abs(ahead_mm) > _ON_PLANE_MM:
            cut = through(cut, point_lps_mm)
            index = nearest_slice(self.exhibit.slices(cut), point_lps_mm)
        self.adjust(plane=cut, slice_index=index)

    def zoom_by(self, factor: float, anchor: QPointF | None = None) -> None:
        """Come closer to `anchor`, by default the middle."""
        size = QSizeF(self.size())
        spot = anchor or QPointF(size.width() / 2, size.height() / 2)
        self.set_look(gestures.zoomed(self.look, factor, spot, self.plane, size))

    def picture_arrived(self) -> None:
        """A picture that was missing has been put into the exhibit."""
        self._missing.forget()
        self.slice_picture.forget()
        self.set_overlay(self._overlay)  # another slice of a cine stack may have a map of its own

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, layers, then letters and corners."""
        painter = QPainter(self)
        painter.fillRect(event.rect(), Qt.GlobalColor.black)
        scene = self.scene()
        self._missing.want(self.exhibit, self.look)
        for layer in (
            self.picture,
            *self.layers,
            self.measuring,
            *self.in_use,
            self.ring,
            self.cut_lines,
            self.furniture,
        ):
            layer.draw(painter, scene)
            self.furniture.coarse = self.slice_picture.is_coarse
        painter.end()

    def _write_legend(self) -> None:
        shown = self.overlay_layer.overlay
        self.furniture.legend = shown.legend_on(self.exhibit, self.look.slice_index) if shown else ()
