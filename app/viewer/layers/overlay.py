"""The layer that lays an explanation over a picture, in its place in the patient."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from app.overlays import OverlayMode
from app.viewer.exhibit import Exhibit
from app.viewer.grey import to_image
from app.viewer.layers.boxes import AGAINST, GREYED, MODEL, cut_box, draw_box
from app.viewer.layers.colour_bar import draw_colour_bar
from app.viewer.layers.colours import coloured, table
from app.viewer.layers.explained import Overlay
from app.viewer.layers.moments import PlacedMap, map_on, moment_of
from app.viewer.layers.sampling import Raster, edges_of, sample
from app.viewer.layers.scene import Scene
from app.viewer.placing import to_screen
from explain.attribution import Top, UnitScores

_MOMENTS = 32  # of a loop, kept while it plays
_WIDTHS = (2.0, 1.5, 1.0)  # of the contours, strongest first


@dataclass(frozen=True)
class Contour:
    """One contour: its lines along sample edges, and how it is drawn."""

    lines: tuple[QLineF, ...]
    colour: QColor
    width: float


@dataclass(frozen=True, eq=False)
class Prepared:
    """What does not change while a slice is zoomed, panned and windowed."""

    raster: Raster
    wash: QImage | None
    contours: tuple[Contour, ...]


class OverlayLayer:
    """Draws one overlay over whatever exhibit the scene shows."""

    def __init__(self, font: QFont) -> None:
        self.font = font
        self.overlay: Overlay | None = None
        self._kept: OrderedDict[tuple[object, ...], Prepared] = OrderedDict()
        self._kept_for: tuple[Overlay | None, Exhibit | None] = (None, None)

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint wash or contours, boxes, and the colour bar."""
        overlay = self.overlay
        if overlay is None or not overlay.is_on:
            return
        unit = overlay.unit_for(scene.exhibit, scene.look.slice_index)
        if unit is None or not overlay.lies_on(scene.plane, scene.exhibit, unit):
            return
        painter.save()
        found = map_on(unit, scene.exhibit, scene.look)
        if found is not None:
            painter.save()
            _keep_within(painter, scene, unit)
            self._draw_map(painter, scene, self._prepare(overlay, unit, found, scene))
            painter.restore()
        if overlay.look.boxes:
            painter.setFont(self.font)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for top in overlay.tops:
                _draw_top(painter, scene, overlay, top)
        draw_colour_bar(painter, scene.area, overlay, self.font)
        painter.restore()

    def _prepare(self, overlay: Overlay, unit: UnitScores, found: PlacedMap, scene: Scene) -> Prepared:
        """Worked out once per slice, or once per moment: a loop comes round to it again."""
        if self._kept_for[0] is not overlay or self._kept_for[1] is not scene.exhibit:
            self._kept.clear()
            self._kept_for = (overlay, scene.exhibit)
        where = scene.look.slice_index if found.moment is None else ("moment", found.moment)
        key = (id(unit), scene.look.plane, where)
        if key not in self._kept:
            self._kept[key] = _prepared(overlay, found, scene)
            while len(self._kept) > (1 if found.moment is None else _MOMENTS):
                self._kept.popitem(last=False)
        return self._kept[key]

    @staticmethod
    def _draw_map(painter: QPainter, scene: Scene, prepared: Prepared) -> None:
        rows, columns = prepared.raster.finer
        painter.save()
        painter.setTransform(QTransform.fromScale(1 / columns, 1 / rows) * scene.transform, True)
        if prepared.wash is not None:
            painter.drawImage(QPointF(0, 0), prepared.wash)
        for contour in prepared.contours:
            pen = QPen(contour.colour, contour.width)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawLines(contour.lines)
        painter.restore()


def _keep_within(painter: QPainter, scene: Scene, unit: UnitScores) -> None:
    """Draw nothing beyond what the model saw, such as the sector of an ultrasound picture."""
    if unit.place.outline_lps_mm is None:
        return
    corners = scene.plane.to_pixels(unit.place.outline_lps_mm)[:, :2]
    sector = QPainterPath()
    sector.addPolygon(QPolygonF([to_screen(scene.transform, corner) for corner in corners]))
    sector.closeSubpath()
    painter.setClipPath(sector, Qt.ClipOperation.IntersectClip)


def _prepared(overlay: Overlay, found: PlacedMap, scene: Scene) -> Prepared:
    mode = overlay.look.mode
    smooth = mode is OverlayMode.SMOOTH
    raster = sample(found.grid, found.affine_lps, scene.plane, smooth=smooth)
    if mode is OverlayMode.CONTOUR:
        return Prepared(raster, None, _contours(overlay, raster.values))
    colours = table(signed=overlay.attribution.signed, greyed=overlay.greyed)
    picture = coloured(raster.values, overlay.limit, overlay.threshold, overlay.look.opacity, colours)
    return Prepared(raster, to_image(picture), ())


def _contours(overlay: Overlay, values: NDArray[np.float32]) -> tuple[Contour, ...]:
    """Lines round what holds 50, 75 and 90 % of all that speaks for, and of all that speaks against."""
    drawn = []
    signs = ((1, MODEL), (-1, AGAINST)) if overlay.attribution.signed else ((1, MODEL),)
    for sign, colour in signs:
        for level, width in zip(overlay.levels(sign), _WIDTHS, strict=False):
            lines = edges_of(values * sign >= level)
            shade = QColor(GREYED if overlay.greyed else colour)
            shade.setAlphaF(min(1.0, 0.35 + overlay.look.opacity))
            drawn.append(Contour(tuple(QLineF(*line) for line in lines.tolist()), shade, width))
    return tuple(reversed(drawn))


def _draw_top(painter: QPainter, scene: Scene, overlay: Overlay, top: Top) -> None:
    unit = overlay.attribution.units[top.unit]
    if not overlay.is_placed_in(scene.exhibit, unit) or not _is_now(unit, top, scene):
        return
    polygon = cut_box(unit.place.corners_lps_mm(top.element), scene.plane)
    if polygon is None:
        return
    own = unit.place.series_uid == scene.exhibit.series_uid
    label = top.letter if own else f"{top.letter} · {unit.place.title}"
    colour = AGAINST if top.score < 0 else MODEL
    hollow = top.significant is False or overlay.greyed
    draw_box(painter, scene, polygon, label, GREYED if overlay.greyed else colour, hollow=hollow)


def _is_now(unit: UnitScores, top: Top, scene: Scene) -> bool:
    """An element of a loop shows at its own moment only."""
    if unit.place.times_ms is None:
        return True
    now = moment_of(unit.place, scene.exhibit, scene.look.slice_index)
    return now == int(unit.place.index[top.element, 0])
