"""The volume of a ventricle through one beat, and in words its largest, its smallest and the fraction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import theme
from app.panels.bars import Drawing
from app.panels.ink import Ink, ink
from app.panels.labels import Role, label, recast
from app.panels.rows import Choice
from app.theme import CAPTION_PX, font

HEIGHT, WORDS_PX = 108, 232
_LEFT, _TOP, _FOOT, _RIGHT = 34.0, 16.0, 16.0, 10.0


@dataclass(frozen=True, eq=False)
class VolumeStory:
    """A curve as it is shown.

    times_ms, volume_ml  one of each per phase
    cycle_ms             from the first phase to where the next beat begins
    diastole, systole    phases of the largest and smallest volume
    edited               contours that a person changed
    """

    times_ms: NDArray[np.float64]
    volume_ml: NDArray[np.float64]
    cycle_ms: float
    diastole: int
    systole: int
    caveat: str = ""
    edited: int = 0

    @property
    def edv_ml(self) -> float:
        """The largest volume."""
        return float(self.volume_ml[self.diastole])

    @property
    def esv_ml(self) -> float:
        """The smallest volume."""
        return float(self.volume_ml[self.systole])

    @property
    def ef_percent(self) -> float:
        """Ejection fraction; NaN without a cavity."""
        return 100 * (self.edv_ml - self.esv_ml) / self.edv_ml if self.edv_ml > 0 else float("nan")

    @property
    def words(self) -> str:
        """The figures in words."""
        if not self.edv_ml > 0:
            return "No cavity is outlined."
        return f"EDV {self.edv_ml:.0f} mL\nESV {self.esv_ml:.0f} mL\nEF {self.ef_percent:.0f} %"


class CurveDrawing(Drawing):
    """Millilitres over milliseconds, or over the cycle; a click chooses a phase."""

    phase_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(height=HEIGHT, width=200)
        self.story: VolumeStory | None = None
        self.phase = 0
        self.in_percent = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Axes, curve, end-diastole, end-systole, the phase on show."""
        story = self.story
        if story is None:
            return
        plot = self.plot(box)
        painter.setFont(font(CAPTION_PX))
        self._draw_axes(painter, plot, story)
        points = [self._point(plot, story, phase) for phase in range(len(story.volume_ml))]
        colour = theme.colour("person") if story.edited else ink(Ink.MODEL)
        painter.setPen(QPen(colour, 1.6))
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(colour)
        for phase, mark in ((story.diastole, "ED"), (story.systole, "ES")):
            painter.drawEllipse(points[phase], 3.5, 3.5)
            left = max(points[phase].x() - 16, plot.left() + 2)  # clear of the figures of the axis
            above = QRectF(left, points[phase].y() - 19, 32, 14)
            painter.setPen(ink(Ink.TEXT))
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, mark)
        if 0 <= self.phase < len(points):
            painter.setPen(QPen(ink(Ink.TEXT), 1))
            x = points[self.phase].x()
            painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the nearest phase."""
        if self.story is not None and event.button() is Qt.MouseButton.LeftButton:
            self.phase_chosen.emit(self.phase_at(event.position().x()))

    def phase_at(self, x: float) -> int:
        """The phase nearest to a place along the curve."""
        assert self.story is not None
        plot = self.plot(QRectF(self.rect()))
        wanted = (x - plot.left()) / plot.width() * self.story.cycle_ms
        return int(np.abs(self.story.times_ms - wanted).argmin())

    @staticmethod
    def plot(box: QRectF) -> QRectF:
        """Where the curve itself is drawn."""
        return box.adjusted(_LEFT, _TOP, -_RIGHT, -_FOOT)

    def _point(self, plot: QRectF, story: VolumeStory, phase: int) -> QPointF:
        across = float(story.times_ms[phase]) / story.cycle_ms
        up = float(story.volume_ml[phase]) / _ceiling(story)
        return QPointF(plot.left() + across * plot.width(), plot.bottom() - up * plot.height())

    def _draw_axes(self, painter: QPainter, plot: QRectF, story: VolumeStory) -> None:
        painter.setPen(QPen(ink(Ink.TRACK), 1))
        painter.drawLine(plot.bottomLeft(), plot.bottomRight())
        painter.drawLine(plot.topLeft(), plot.bottomLeft())
        painter.setPen(ink(Ink.BEFORE))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for value, y in ((_ceiling(story), plot.top()), (0.0, plot.bottom())):
            painter.drawText(QRectF(plot.left() - _LEFT, y - 8, _LEFT - 4, 16), right, f"{value:.0f}")
        end = "100 % of the cycle" if self.in_percent else f"{story.cycle_ms:.0f} ms"
        below = QRectF(plot.left(), plot.bottom() + 1, plot.width(), 15)
        painter.drawText(below, right, end)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0 · mL")


class VolumeCurvePanel(QWidget):
    """The curve with its figures; says which phase the reader wants to see."""

    phase_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.curve = CurveDrawing()
        self.curve.phase_chosen.connect(self.phase_chosen)
        self.words = label("", Role.BODY)
        self.origin = label("", Role.CAPTION, wrap=True)
        self.axis = Choice([("ms", "ms"), ("percent", "% of cycle")])
        self.axis.choose("ms")
        self.axis.chosen.connect(self._change_axis)
        side = QWidget()
        side.setFixedWidth(WORDS_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for widget in (self.words, self.origin, self.axis):
            column.addWidget(widget)
        column.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(side)
        row.addWidget(self.curve, 1)
        self.hide()

    def show_story(self, story: VolumeStory | None) -> None:
        """Show another curve; None hides."""
        self.curve.story = story
        self.curve.update()
        self.setVisible(story is not None)
        if story is not None:
            self.words.setText(story.words)
            self.curve.setAccessibleName("Volume curve: " + story.words.replace("\n", ", "))
            self.origin.setText(origin_words(story))
            recast(self.origin, Role.PERSON if story.edited else Role.CAPTION)

    def show_phase(self, phase: int) -> None:
        """Mark the phase on show."""
        if phase != self.curve.phase:
            self.curve.phase = phase
            self.curve.update()

    def _change_axis(self, key: str) -> None:
        self.axis.choose(key)
        self.curve.in_percent = key == "percent"
        self.curve.update()


def origin_words(story: VolumeStory) -> str:
    """Who drew the contours that were counted."""
    if not story.edited:
        return story.caveat
    count = "1 contour" if story.edited == 1 else f"{story.edited} contours"
    return f"edited by reader: {count} · {story.caveat}"


def _ceiling(story: VolumeStory) -> float:
    """A round number of millilitres above the largest volume."""
    most = float(story.volume_ml.max(initial=0.0))
    return max(50.0, float(np.ceil(most * 1.1 / 50) * 50))
