"""Drag a handle of a measurement, or the whole of it by its line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from app.viewer import placing
from app.viewer.layers.measurements import Hit, on_screen
from app.viewer.measurements.making import remade, within
from app.viewer.measurements.measurement import Kind, Points
from app.viewer.measurements.shaping import moved
from app.viewer.tools.grip import CLICK_PX

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


class Adjusting:
    """The measurement follows the pointer; it is told when the button is let go."""

    def __init__(self, view: SliceView, spot: QPointF, hit: Hit) -> None:
        self.view, self.hit, self.start = view, hit, spot
        self._points = on_screen(hit.measurement, view.scene())

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Show it where it would be."""
        sheet = self.view.sheet()
        offset = spot - self.start
        if sheet is None or (offset.manhattanLength() <= CLICK_PX and self.view.measuring.in_hand is None):
            return
        transform = self.view.scene().transform
        points = self._moved(np.array([spot.x(), spot.y()]), np.array([offset.x(), offset.y()]))
        pixels = np.array([placing.to_pixel(transform, QPointF(x, y)) for x, y in points])
        if self.hit.measurement.kind not in (Kind.ELLIPSE, Kind.RECTANGLE, Kind.BIDIRECTIONAL):
            pixels = within(sheet.plane, pixels)  # clipping these would bend them
        self.view.measuring.in_hand = remade(sheet, self.hit.measurement, pixels)
        self.view.update()

    def release(self, _spot: QPointF) -> bool:
        """Tell the new one, if anything has moved."""
        changed, self.view.measuring.in_hand = self.view.measuring.in_hand, None
        if changed is not None:
            self.view.measured.emit(changed)
        self.view.update()
        return True

    def cancel(self) -> None:
        """It stays where it was."""
        self.view.measuring.in_hand = None
        self.view.update()

    def _moved(self, spot: Points, offset: Points) -> Points:
        if self.hit.handle is None:
            return self._points + offset
        return moved(self.hit.measurement.kind, self._points, self.hit.handle, spot)
