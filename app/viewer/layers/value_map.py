"""The layer that lays a parametric map or a dose over a picture, in colour, with its scale and unit."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QTransform

from app.viewer.corner_texts import write
from app.viewer.grey import to_image
from app.viewer.layers.painted_mask import AT_ONCE, coarser
from app.viewer.layers.sampling import sample
from app.viewer.layers.scene import Scene
from app.viewer.look import Oblique
from app.viewer.refining import IsStale, Work
from inference.imaging.objects.parametric_maps import ValueMap

# Lightness rises evenly with the value, so that the order survives colour blindness and a grey print.
_RISING = ((0.27, 0.00, 0.33), (0.25, 0.27, 0.53), (0.16, 0.47, 0.56), (0.13, 0.66, 0.51), (0.48, 0.82, 0.32),
           (0.99, 0.91, 0.15))  # fmt: skip
_TEXT = QColor("#e8edf2")
_WIDTH, _HEIGHT, _ROOM = 8.0, 120.0, (300, 260)  # the bar, and the smallest view that has one
_STEPS = 256
Colours = NDArray[np.uint8]
Painted = tuple[QImage, tuple[float, float]]
"""Colours, and how many of their samples lie on a pixel of the picture, down and across."""


class ValueMapLayer:
    """Draws one map; what is not a number, and what is at the lowest value, stays transparent."""

    def __init__(self, value_map: ValueMap, series_uid: str, font: QFont) -> None:
        self.value_map = value_map
        self.opacity = 0.5
        self.font = font
        self.limits = value_map.limits
        self._series_uid = series_uid

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the map where the picture cuts it, and its scale."""
        if not scene.plane.placed or not self._belongs(scene):
            return
        image, (rows, columns) = self._painted(scene)
        painter.save()
        painter.setTransform(QTransform.fromScale(1 / columns, 1 / rows) * scene.transform, True)
        painter.drawImage(QPointF(0, 0), image)
        painter.restore()
        self._draw_scale(painter, scene.area)

    def _belongs(self, scene: Scene) -> bool:
        frame = self.value_map.references.frame_of_reference_uid
        return scene.exhibit.is_placed_in(frame, self._series_uid)

    def _painted(self, scene: Scene) -> Painted:
        """Kept by view; on a plane that turns coarse at first, and whole as soon as it rests."""
        grid, plane = self.value_map.values, scene.plane
        opacity = self.opacity

        def whole(_is_stale: IsStale = lambda: False) -> Painted:
            raster = sample(grid.voxels, grid.affine_lps, plane)
            return to_image(coloured(raster.values, self.limits, opacity)), raster.finer

        if scene.refining is None:
            return whole()
        times = max(1, int(np.ceil(np.sqrt(plane.shape[0] * plane.shape[1] / AT_ONCE))))

        def coarse() -> Painted:
            raster = sample(grid.voxels, grid.affine_lps, coarser(plane, times), finer=(1, 1))
            return to_image(coloured(raster.values, self.limits, opacity)), (1 / times, 1 / times)

        slow = isinstance(scene.look.plane, Oblique) and times > 1
        work = Work(self, (scene.exhibit, scene.look.plane, scene.look.slice_index, opacity), whole)
        return scene.refining.result(work, coarse if slow else whole, slow=slow)

    def _draw_scale(self, painter: QPainter, area: QRectF) -> None:
        if area.width() < _ROOM[0] or area.height() < _ROOM[1]:
            return
        painter.save()
        bar = QRectF(area.left() + 34, area.center().y() - _HEIGHT / 2, _WIDTH, _HEIGHT)
        painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(60, 66, 74))
        painter.drawImage(bar, to_image(np.ascontiguousarray(ramp()[::-1, None, :])))
        painter.setFont(self.font)
        low, high = self.limits
        for y, words in ((bar.top(), self._words(high)), (bar.bottom(), f"{low:.3g}")):
            place = QRectF(bar.right() + 6, y - 9, 220, 18)
            write(painter, place, words, _TEXT, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.restore()

    def _words(self, high: float) -> str:
        quantity = self.value_map.quantity
        return " ".join(
            p for p in (f"{high:.3g}", self.value_map.values.unit, f"· {quantity}" * bool(quantity)) if p
        )


@lru_cache(maxsize=1)
def ramp() -> Colours:
    """(256, 3) colours from the lowest to the highest value."""
    places = np.linspace(0, 1, len(_RISING))
    steps = np.linspace(0, 1, _STEPS)
    channels = [np.interp(steps, places, [anchor[c] for anchor in _RISING]) for c in range(3)]
    colours: Colours = np.round(np.stack(channels, axis=1) * 255).astype(np.uint8)
    return colours


def coloured(values: NDArray[np.floating], limits: tuple[float, float], opacity: float) -> Colours:
    """(rows, columns, 4) RGBA of values; transparent where there is none or it is the lowest."""
    low, high = limits
    known = np.isfinite(values)
    share = np.clip((np.where(known, values, low) - low) / ((high - low) or 1.0), 0, 1)
    picture = np.empty((*values.shape, 4), np.uint8)
    picture[..., :3] = ramp()[np.round(share * (_STEPS - 1)).astype(np.intp)]
    picture[..., 3] = np.where(known & (share > 0), round(255 * opacity), 0)
    return picture
