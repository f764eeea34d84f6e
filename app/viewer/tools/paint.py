"""Paint a segment, erase from it, or grow a region from a click."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF

from app.painting.brush import Sweep, covered, erase, paint
from app.viewer import placing
from app.viewer.easel import Easel
from app.viewer.look import Cut, Tool
from app.viewer.picture_plane import PicturePlane
from app.viewer.tools.grip import Grip

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

BRUSHES = (Tool.BRUSH, Tool.ERASER)
PAINTING = (*BRUSHES, Tool.GROW)
REFUSED = ""  # the title of a stroke that met nothing but other segments
TITLES = {Tool.BRUSH: "Paint", Tool.ERASER: "Erase"}
Point = NDArray[np.float64]


class Stroke:
    """From the press to the release: every step paints what the brush comes over."""

    def __init__(self, view: SliceView, easel: Easel, spot: QPointF, tool: Tool) -> None:
        self._view, self._easel, self._tool = view, easel, tool
        self._shown = self._slice
        self._last = place_under(view, spot)
        self._painted = self._met_others = False
        self.move(spot)

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Go on to here; on another slice the stroke begins anew."""
        here, shown = place_under(self._view, spot), self._slice
        start = self._last if shown == self._shown else here
        self._shown, self._last = shown, here
        self._dab(start, here, self._view.plane)

    def release(self, _spot: QPointF) -> bool:
        """The stroke is a step."""
        refused = self._met_others and not self._painted
        self._view.stroke_ended.emit(REFUSED if refused else TITLES[self._tool])
        return True

    def cancel(self) -> None:
        """Nothing was painted."""
        self._easel.give_up()

    @property
    def _slice(self) -> tuple[Cut, int]:
        """Which slice is on show."""
        return self._view.look.plane, self._view.look.slice_index

    def _dab(self, start: Point, end: Point, plane: PicturePlane) -> None:
        easel, volume = self._easel, self._view.exhibit.volume
        if volume is None:
            return
        canvas, brush = easel.layer.canvas, easel.brush
        normal = None if brush.ball else plane.normal_lps
        part = covered(volume.affine_lps, volume.shape, Sweep(start, end, brush.radius_mm, normal))
        put = erase if self._tool is Tool.ERASER else paint
        if put(canvas.labels, volume.voxels, part, easel.number, brush):
            canvas.touch(part[0])
            easel.touched(part[0])
            self._painted = True
        elif self._tool is Tool.BRUSH and not self._painted:
            here = canvas.labels[part[0].slices][part[1]]
            self._met_others |= bool(((here > 0) & (here != easel.number)).any())


class Seed:
    """A click that a region grows from."""

    def __init__(self, view: SliceView) -> None:
        self._view = view

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, _spot: QPointF) -> None:
        """The seed is where the button is let go."""

    def release(self, spot: QPointF) -> bool:
        """Ask for the region."""
        self._view.seed_picked.emit(place_under(self._view, spot))
        return True

    def cancel(self) -> None:
        """Nothing grows."""


def place_under(view: SliceView, spot: QPointF) -> Point:
    """The place in the patient under the pointer."""
    return view.plane.to_lps_mm(placing.to_pixel(view.scene().transform, spot))


def begins(tool: Tool) -> Callable[[SliceView, QPointF], Grip | None]:
    """The painting tool; nothing where there is no canvas on the view."""

    def begin(view: SliceView, spot: QPointF) -> Grip | None:
        easel = view.easel
        if easel is None or not view.plane.placed:
            return None
        return Seed(view) if tool is Tool.GROW else Stroke(view, easel, spot, tool)

    return begin
