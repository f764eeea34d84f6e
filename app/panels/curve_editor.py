"""Opacity and colour over value, drawn over the histogram of the volume, with points that can be moved."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.panels.curve_drawing import CurveScale, draw_curve, draw_focus, draw_ground, scale_within
from app.panels.labels import tooltip
from app.viewer.transfer_curve import Curve, CurvePoint
from app.viewer.volume_histogram import Histogram

_HEIGHT = 164
_REACH = 12.0
_STEP, _FINE = 0.01, 0.1  # of the range per key press; with Shift a tenth of that
_TIP = (
    "Click to add a point, drag to move it, right click or Delete to take it away.\n"
    "Page Up and Page Down choose a point, arrow keys move it, with Shift finely; Insert adds one."
)
_strokes = count(1)


class CurveEditor(QWidget):
    """Shows a curve; tells each change as it is made, with one name for all changes of one movement."""

    changed = Signal(object, str)  # Curve, stroke
    chosen = Signal(int)  # number of the point in hand

    def __init__(self) -> None:
        super().__init__()
        self.curve: Curve | None = None
        self.histogram: Histogram | None = None
        self.point = 1  # the first one only closes the curve
        self.unit = ""
        self._stroke = ""
        self._low, self._high = 0.0, 1.0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Curve of opacity over value")
        self.setToolTip(tooltip(_TIP))

    def show_curve(self, curve: Curve, histogram: Histogram | None, unit: str) -> None:
        """Show a curve. The scale follows unless a point is being dragged."""
        self.curve, self.histogram, self.unit = curve, histogram, unit
        self.point = min(self.point, len(curve.points) - 1)
        if not self._stroke:
            self._low, self._high = _extent(curve, histogram)
        self.update()

    def choose(self, number: int) -> None:
        """Take a point in hand."""
        if self.curve is not None:
            self.point = max(0, min(number, len(self.curve.points) - 1))
            self.chosen.emit(self.point)
            self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room for."""
        return QSize(320, _HEIGHT)

    @property
    def scale(self) -> CurveScale:
        """Where values and opacities lie now."""
        return scale_within(QRectF(self.rect()), self._low, self._high)

    def place(self, point: CurvePoint) -> QPointF:
        """Where a point is drawn; what lies beyond the scale stands at its end."""
        return self.scale.place(point)

    def _under(self, spot: QPointF) -> int | None:
        if self.curve is None:
            return None
        away = [(self.place(p) - spot).manhattanLength() for p in self.curve.points]
        nearest = min(range(len(away)), key=lambda n: away[n])
        return nearest if away[nearest] <= _REACH else None

    def _tell(self, curve: Curve, stroke: str = "") -> None:
        self.curve = curve
        self.choose(self.point)
        self.changed.emit(curve, stroke)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take a point in hand, make one, or take one away."""
        found = self._under(event.position())
        if self.curve is None:
            return
        if event.button() is Qt.MouseButton.RightButton and found is not None:
            self._tell(self.curve.removed(found))
        elif event.button() is Qt.MouseButton.LeftButton:
            self._stroke = f"curve point {next(_strokes)}"
            if found is None:
                curve, self.point = self.curve.added(*self.scale.value_at(event.position()))
                self._tell(curve, self._stroke)
            else:
                self.choose(found)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The point in hand follows."""
        if self._stroke and self.curve is not None:
            self._tell(self.curve.moved(self.point, *self.scale.value_at(event.position())), self._stroke)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Let go."""
        self._stroke = ""
        if self.curve is not None:
            self.show_curve(self.curve, self.histogram, self.unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Choose, move, add and delete points without a mouse."""
        if self.curve is None or not self._take_key(self.curve, event):
            super().keyPressEvent(event)

    def _take_key(self, curve: Curve, event: QKeyEvent) -> bool:
        keys, point = Qt.Key, curve.points[self.point]
        step = _STEP * (_FINE if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1.0)
        moves = {keys.Key_Left: (-1, 0), keys.Key_Right: (1, 0), keys.Key_Up: (0, 1), keys.Key_Down: (0, -1)}
        if event.key() in moves:
            right, up = moves[Qt.Key(event.key())]
            value = point.value + right * step * (self._high - self._low)
            self._tell(curve.moved(self.point, value, point.opacity + up * step), f"keys {self.point}")
        elif event.key() in (keys.Key_PageUp, keys.Key_PageDown):
            self.choose(self.point + (1 if event.key() == keys.Key_PageUp else -1))
        elif event.key() in (keys.Key_Delete, keys.Key_Backspace):
            self._tell(curve.removed(self.point))
        elif event.key() == keys.Key_Insert:
            following = curve.points[min(self.point + 1, len(curve.points) - 1)]
            made, self.point = curve.added((point.value + following.value) / 2)
            self._tell(made)
        else:
            return False
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Histogram, curve, points, and the colours along the foot."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scale = self.scale
        draw_ground(painter, scale, self.histogram)
        if self.curve is not None:
            draw_curve(painter, scale, self.curve, self.point, self.unit)
        if self.hasFocus():
            draw_focus(painter, scale)
        painter.end()


def _extent(curve: Curve, histogram: Histogram | None) -> tuple[float, float]:
    """All that is found in the volume, and every point that does not only close the curve."""
    values = [p.value for p in curve.inner]
    if histogram is not None:
        values += [histogram.low, histogram.high]
    room = (max(values) - min(values) or 1.0) * 0.03
    return min(values) - room, max(values) + room
