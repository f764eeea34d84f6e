"""Drag to show one point in all viewports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer import placing
from app.viewer.tools.grip import Grip

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


class Pointing:
    """The crosshair follows the pointer while the button is held."""

    def __init__(self, view: SliceView) -> None:
        self.view = view

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Point there, where the picture is placed in the patient."""
        scene = self.view.scene()
        if scene.plane.placed:
            self.view.crosshair_moved.emit(scene.plane.to_lps_mm(placing.to_pixel(scene.transform, spot)))

    def release(self, _spot: QPointF) -> bool:
        """The crosshair stays."""
        return True

    def cancel(self) -> None:
        """The crosshair stays."""


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Point at once."""
    grip = Pointing(view)
    grip.move(spot)
    return grip
