"""The layer that lays a second volume over a picture: in colour, in its place, with its scale and unit."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QTransform

from app.viewer.colour_maps import GREY, colour_table
from app.viewer.corner_texts import write
from app.viewer.fused import Fused, FusionLook, Values, sampled, value_at
from app.viewer.grey import grey, to_image
from app.viewer.layers.scene import Scene
from app.viewer.probe import value_text

_TEXT = QColor("#e8edf2")
_WIDTH, _HEIGHT, _ROOM = 8.0, 120.0, (300, 260)  # the bar, and the smallest view that has one
_KEPT = 32  # pictures: a loop of volumes comes round to them again
_LEFT_PX = 34


class FusionLayer:
    """Draws one fused volume over every picture of the series that it is laid over."""

    def __init__(self, fused: Fused, look: FusionLook, font: QFont) -> None:
        self.fused, self.look, self.font = fused, look, font
        self._values: OrderedDict[tuple[object, ...], tuple[Values, int]] = OrderedDict()
        self._images: OrderedDict[tuple[object, ...], QImage] = OrderedDict()

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the volume where the picture cuts it, and its scale."""
        if not self.look.shown or not scene.plane.placed:
            return
        values, times = self._sampled(scene)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scene.look.smooth)
        painter.setTransform(QTransform.fromScale(times, times) * scene.transform, True)
        painter.drawImage(QPointF(0, 0), self._image(scene, values))
        painter.restore()
        self._draw_scale(painter, scene.area)

    def told_at(self, scene: Scene, pixel: NDArray[np.float64]) -> str:
        """The value of the fused volume under (row, column), such as "PT 4.21 SUVbw"."""
        if not self.look.shown or not scene.plane.placed:
            return ""
        value = value_at(self.fused, scene.plane.to_lps_mm(pixel))
        if value is None:
            return ""
        words = (self.fused.exhibit.modality, value_text(np.asarray(np.float32(value))), self.fused.unit)
        return " ".join(word for word in words if word)

    def _sampled(self, scene: Scene) -> tuple[Values, int]:
        look = scene.look
        key = _place(scene)
        if key not in self._values:
            self._values[key] = sampled(self.fused, scene.plane, look.slab_mm, look.slab)
            while len(self._values) > _KEPT:
                self._values.popitem(last=False)
        self._values.move_to_end(key)
        return self._values[key]

    def _image(self, scene: Scene, values: Values) -> QImage:
        key = (*_place(scene), self.look)
        if key not in self._images:
            self._images[key] = to_image(coloured(values, self.look))
            while len(self._images) > _KEPT:
                self._images.popitem(last=False)
        return self._images[key]

    def _draw_scale(self, painter: QPainter, area: QRectF) -> None:
        if area.width() < _ROOM[0] or area.height() < _ROOM[1]:
            return
        window = self.look.window
        low, high = window.centre - window.width / 2, window.centre + window.width / 2
        painter.save()
        bar = QRectF(area.left() + _LEFT_PX, area.center().y() - _HEIGHT / 2, _WIDTH, _HEIGHT)
        painter.fillRect(bar.adjusted(-1, -1, 1, 1), QColor(60, 66, 74))
        shades = np.arange(255, -1, -1, dtype=np.uint8)[:, None]
        painter.drawImage(bar, to_image(_table(self.look)[shades]))
        painter.setFont(self.font)
        room = max(60.0, min(220.0, area.width() / 3))
        title = QFontMetricsF(self.font).elidedText(self.fused.title, Qt.TextElideMode.ElideRight, room)
        top = f"{_plain(high)} {self.fused.unit}".strip()
        for y, words in ((bar.top() - 18, title), (bar.top(), top), (bar.bottom(), _plain(low))):
            place = QRectF(bar.right() + 6, y - 9, 220, 18)
            write(painter, place, words, _TEXT, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        painter.restore()


def _place(scene: Scene) -> tuple[object, ...]:
    """Where a picture lies and how thick it is: what its fused values depend on."""
    plane, look = scene.plane, scene.look
    axes = (plane.origin_lps_mm, plane.down_lps_mm, plane.across_lps_mm)
    return (*np.concatenate(axes).tolist(), plane.shape, look.slab_mm, look.slab)


def _plain(value: float) -> str:
    """Whole numbers where they are large, three figures where they are small; never an exponent."""
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def coloured(values: Values, look: FusionLook) -> NDArray[np.uint8]:
    """(rows, columns, 4) RGBA at one opacity; nothing beside the volume and at the low end of the window."""
    known = np.isfinite(values)
    low = look.window.centre - look.window.width / 2
    shades = grey(np.where(known, values, low), look.window, inverted=look.inverted)
    picture = np.empty((*values.shape, 4), np.uint8)
    picture[..., :3] = _table(look)[shades]
    picture[..., 3] = np.where(known & (np.nan_to_num(values, nan=low) > low), round(255 * look.opacity), 0)
    return picture


def _table(look: FusionLook) -> NDArray[np.uint8]:
    """(256, 3) colours of the shades."""
    if look.colours == GREY:
        return np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    return colour_table(look.colours)
