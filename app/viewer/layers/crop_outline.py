"""The layer that draws where the crop box of a 3-D view cuts a slice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.viewer.crop_box import CropBox
from app.viewer.exhibit import Exhibit
from app.viewer.layers.boxes import cut_box
from app.viewer.layers.crop_in_space import BOX
from app.viewer.layers.scene import Scene
from app.viewer.placing import to_screen

_SHADE = QColor(0, 0, 0, 150)


class CropOutline:
    """Draws the box of one exhibit over every exhibit that shares its space."""

    def __init__(self, exhibit: Exhibit, box: CropBox) -> None:
        self.exhibit, self.box = exhibit, box

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the outline where the plane of the picture cuts the box."""
        if not scene.plane.placed or not scene.exhibit.shares_space_with(self.exhibit):
            return
        found = cut_box(self.box.corners_lps_mm, scene.plane)
        if found is None:
            return
        outline = QPolygonF([to_screen(scene.transform, pixel) for pixel in found])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(_SHADE, 3), QPen(BOX, 1.2, Qt.PenStyle.DashDotLine)):
            painter.setPen(pen)
            painter.drawPolygon(outline)
