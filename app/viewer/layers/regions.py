"""The layer that draws contours of a structure set: lines on the planes that they lie in, masks on others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.viewer.layers.masks import MaskLayer
from app.viewer.layers.scene import Scene
from app.viewer.picture_plane import PicturePlane
from inference.imaging.objects.moments import Pictured
from inference.imaging.objects.structures import Region, RegionContour
from inference.imaging.segments import SegmentMap

PARALLEL = 0.999
_WIDTH_PX = 1.6


class RegionLayer:
    """Draws the visible regions over whatever lies in their frame of reference.

    loops  by display set uid: the moments at which each picture of a loop is shown
    """

    def __init__(
        self,
        regions: Sequence[Region],
        maps: Sequence[SegmentMap],
        series_uid: str,
        loops: Mapping[str, Mapping[Pictured, frozenset[int]]] | None = None,
    ) -> None:
        self.regions = tuple(regions)
        self._loops = loops or {}
        self.hidden: frozenset[int] = frozenset()  # numbers of regions
        self.masks = tuple(MaskLayer(found) for found in maps)
        self._series_uid = series_uid
        self._kept: dict[tuple[object, ...], list[tuple[QColor, QPolygonF, bool]]] = {}

    def hide(self, numbers: Collection[int]) -> None:
        """Draw all regions but these."""
        self.hidden = frozenset(numbers)
        self._kept.clear()
        order = {number: region.number for number, region in enumerate(self.regions, start=1)}
        for layer in self.masks:
            if layer.segment_map is not None:
                shown = (
                    s.number for s in layer.segment_map.segments if order.get(s.number) not in self.hidden
                )
                layer.segment_map = layer.segment_map.showing(shown)

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the contours that lie in the plane of the picture."""
        if not scene.plane.placed:
            return
        if not self._lies_along(scene.plane):
            for layer in self.masks:
                layer.draw(painter, scene)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, polygon, closed in self._lines(scene):
            on_screen = scene.transform.map(polygon)
            for pen in (QPen(QColor(0, 0, 0, 140), _WIDTH_PX + 2), QPen(colour, _WIDTH_PX)):
                painter.setPen(pen)
                (painter.drawPolygon if closed else painter.drawPolyline)(on_screen)
        painter.restore()

    def _lies_along(self, plane: PicturePlane) -> bool:
        normal = next(
            (c.normal_lps for r in self.regions for c in r.contours if c.normal_lps is not None), None
        )
        return normal is None or abs(float(normal @ plane.normal_lps)) > PARALLEL

    def _lines(self, scene: Scene) -> list[tuple[QColor, QPolygonF, bool]]:
        """Worked out once per slice."""
        key = (scene.exhibit, scene.look.plane, scene.look.slice_index)
        if key not in self._kept:
            self._kept.clear()
            self._kept[key] = [
                (QColor(*region.rgb), polygon, contour.closed)
                for region in self.regions
                if region.number not in self.hidden and self._belongs(region, scene)
                for contour in region.contours
                if self._is_there(contour, scene)
                and (polygon := polygon_on(contour, scene.plane)) is not None
            ]
        return self._kept[key]

    def _is_there(self, contour: RegionContour, scene: Scene) -> bool:
        """Whether a contour was drawn at this moment of a loop; elsewhere it always is."""
        shown = self._loops.get(scene.exhibit.display_set_uid, {})
        moments = shown.get((contour.instance_uid, contour.frame))
        return moments is None or scene.look.slice_index in moments

    def _belongs(self, region: Region, scene: Scene) -> bool:
        return scene.exhibit.is_placed_in(region.frame_of_reference_uid, self._series_uid)


def polygon_on(contour: RegionContour, plane: PicturePlane) -> QPolygonF | None:
    """A contour in image coordinates; None where it lies on another slice."""
    reach = (plane.thickness_mm or 1.0) / 2 + 1e-3
    if abs(_height(contour.points_lps_mm[0], plane)) > reach:
        return None
    pixels = plane.to_pixels(contour.points_lps_mm)
    if float(np.abs(pixels[:, 2]).max()) > reach:
        return None
    return QPolygonF([QPointF(column + 0.5, row + 0.5) for row, column, _ in pixels.tolist()])


def _height(point: NDArray[np.float64], plane: PicturePlane) -> float:
    return float((point - plane.origin_lps_mm) @ plane.normal_lps)
