"""How often each value occurs, and which of them a window shows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from app.panels.bars import Drawing
from app.panels.ink import Ink, ink
from app.theme import scaled
from inference.imaging.study import Window

_BINS, _HIGH = 160, 82
_WORDS_PX = 15  # line of the values at the ends, at the usual size of texts
_MOST_VALUES = 400_000
_ENDS = (0.02, 99.98)  # percentiles between which values are counted: a few outliers must not flatten all


class Histogram(Drawing):
    """Bars on a square-root scale, so that the rare can be seen beside the frequent."""

    def __init__(self, pixels: NDArray[Any] | None, padding: float | None, window: Window) -> None:
        super().__init__(height=_HIGH + scaled(_WORDS_PX), width=240)
        self.counts, self.edges = counted(pixels, padding)
        self._window = window
        self.setAccessibleName("Histogram of the values")
        self.setToolTip("How often each value occurs; the line is what the window makes of them")

    def show_window(self, window: Window) -> None:
        """Show what another window makes of the values."""
        self._window = window
        self.update()

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """The bars, the ramp of the window, the values at the ends."""
        painter.fillRect(box, ink(Ink.TRACK))
        bars = box.adjusted(4, 4, -4, -scaled(_WORDS_PX) - 4)
        most = float(np.sqrt(self.counts.max(initial=1)))
        low, high = float(self.edges[0]), float(self.edges[-1])
        outline = [bars.bottomLeft()]
        for n, count in enumerate(np.sqrt(self.counts)):
            x = bars.left() + bars.width() * (n + 0.5) / len(self.counts)
            outline.append(QPointF(x, bars.bottom() - bars.height() * float(count) / most))
        painter.setPen(QPen(ink(Ink.QUIET), 1))
        painter.setBrush(ink(Ink.QUIET))
        painter.drawPolygon(QPolygonF([*outline, bars.bottomRight()]))
        painter.setPen(QPen(ink(Ink.TEXT), 1.5))
        painter.drawPolyline(QPolygonF(self._ramp(bars)))
        words = QRectF(box.left() + 4, bars.bottom() + 2, bars.width(), scaled(_WORDS_PX))
        painter.drawText(words, f"{low:.6g}")
        width = painter.fontMetrics().horizontalAdvance(f"{high:.6g}")
        painter.drawText(words.adjusted(words.width() - width - 2, 0, 0, 0), f"{high:.6g}")

    def _ramp(self, bars: QRectF) -> list[QPointF]:
        """Black up to the low end of the window, white from its high end on."""
        half = self._window.width / 2
        spots = [
            (float(self.edges[0]), 0.0),
            (self._window.centre - half, 0.0),
            (self._window.centre + half, 1.0),
            (float(self.edges[-1]), 1.0),
        ]
        return [
            QPointF(self._x(bars, value), bars.bottom() - bars.height() * level) for value, level in spots
        ]

    def _x(self, bars: QRectF, value: float) -> float:
        low, high = float(self.edges[0]), float(self.edges[-1])
        share = min(max((value - low) / ((high - low) or 1.0), 0.0), 1.0)
        return bars.left() + bars.width() * share


def counted(
    pixels: NDArray[Any] | None, padding: float | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and edges of the finite values that are no padding; outliers beyond the ends are left out."""
    values = np.zeros(0) if pixels is None else pixels.reshape(-1)[:: max(1, pixels.size // _MOST_VALUES)]
    values = values[np.isfinite(values)]
    if padding is not None:
        values = values[values != padding]
    if not values.size:
        return np.zeros(_BINS, np.int64), np.linspace(0.0, 1.0, _BINS + 1)
    low, high = np.percentile(values, _ENDS, method="nearest")
    counts, edges = np.histogram(values, _BINS, (float(low), float(max(high, low + 1e-6))))
    return counts.astype(np.int64), edges.astype(np.float64)
