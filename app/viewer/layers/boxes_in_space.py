"""The strongest elements of an explanation as boxes in a volume view, placed by their affine."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from scipy.spatial import ConvexHull

from app.overlays import OverlayMode
from app.viewer.camera import Projection
from app.viewer.exhibit import Exhibit
from app.viewer.layers.boxes import AGAINST, EDGES, GREYED, MODEL, draw_letter
from app.viewer.layers.explained import Overlay
from explain.attribution import Top, UnitScores

_MOST = 60  # washes; more than this many would hide each other


def draw_boxes_in_space(
    painter: QPainter, area: QRectF, projection: Projection, exhibit: Exhibit, overlay: Overlay, font: QFont
) -> None:  # fmt: skip
    """A wash for each element above the threshold, far ones first; outlines and letters for the top."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = overlay.unit_for(exhibit)
    if unit is not None and overlay.look.mode is OverlayMode.BLOCKS:  # the others stand in the scene
        _draw_washes(painter, projection, overlay, unit)
    painter.setFont(font)
    for top in overlay.tops:
        place = overlay.attribution.units[top.unit]
        if overlay.look.boxes and overlay.is_placed_in(exhibit, place):
            _draw_outline(painter, area, projection, overlay, top)


def _draw_washes(painter: QPainter, projection: Projection, overlay: Overlay, unit: UnitScores) -> None:
    strengths = np.abs(np.nan_to_num(unit.scores))
    shown = np.flatnonzero(strengths >= max(overlay.threshold, 1e-12))
    shown = shown[np.argsort(-strengths[shown])][:_MOST]
    corners = {int(e): projection.to_screen(unit.place.corners_lps_mm(int(e))) for e in shown}
    painter.setPen(Qt.PenStyle.NoPen)
    for element in sorted(corners, key=lambda e: float(corners[e][:, 2].mean())):
        colour = QColor(_colour(overlay, float(unit.scores[element])))
        colour.setAlphaF(overlay.look.opacity * 0.4 * strengths[element] / (overlay.limit or 1.0))
        flat = corners[element][:, :2]
        painter.setBrush(colour)
        painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in flat[ConvexHull(flat).vertices]]))


def _draw_outline(
    painter: QPainter, area: QRectF, projection: Projection, overlay: Overlay, top: Top
) -> None:
    corners = projection.to_screen(overlay.attribution.units[top.unit].place.corners_lps_mm(top.element))
    lines = [QLineF(*corners[a, :2], *corners[b, :2]) for a, b in EDGES]
    colour, hollow = _colour(overlay, top.score), top.significant is False or overlay.greyed
    style = Qt.PenStyle.DashLine if hollow else Qt.PenStyle.SolidLine
    for pen in (QPen(QColor(0, 0, 0, 150), 3.5), QPen(colour, 1.5, style)):
        painter.setPen(pen)
        painter.drawLines(lines)
    low, high = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
    box = QRectF(QPointF(*low), QPointF(*high))
    draw_letter(painter, box, area, top.letter, colour, hollow=hollow)


def _colour(overlay: Overlay, score: float) -> QColor:
    if overlay.greyed:
        return GREYED
    return AGAINST if score < 0 else MODEL
