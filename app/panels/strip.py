"""The strip under a loop: what each frame and each view contributed; a click goes there."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.panels.attribution_bars import figure
from app.panels.bars import Drawing, ErrorBar
from app.panels.ink import Ink, ink
from app.panels.labels import ElidedLabel, Role, label, tooltip
from app.panels.rows import Row, emptied
from app.panels.strip_content import FrameValue, StripContent, ViewValue
from app.theme import CAPTION_PX, font

HEIGHT, VIEWS_PX = 76, 232
A_COLUMN = 4  # views, one below the other
_TOP, _FOOT = 14.0, 3.0


class FrameStrip(Drawing):
    """Bars by frame, attention as a thin dashed line, ED and ES, and the frame on show."""

    frame_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(height=HEIGHT, width=160)
        self.content = StripContent("", 0)
        self.frame = 0
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_content(self, content: StripContent) -> None:
        """Draw other values."""
        self.content = content
        self.setAccessibleName(f"{content.target} by frame: {len(content.contributions)} frames explained")
        self.update()

    def show_frame(self, frame: int) -> None:
        """Mark the frame on show."""
        if frame != self.frame:
            self.frame = frame
            self.update()

    def frame_at(self, x: float) -> int:
        """The frame under a place along the strip."""
        return min(
            max(int(x / max(self.width(), 1) * self.content.frames), 0), max(self.content.frames - 1, 0)
        )

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Middle line, bars, attention, marks, the frame on show."""
        if self.content.frames == 0:
            return
        plot = box.adjusted(0, _TOP, 0, -_FOOT)
        here = self._span(box, self.frame, self.frame)
        painter.fillRect(here, QColor(255, 255, 255, 26))
        zero = plot.center().y() if self._is_signed else plot.bottom()
        painter.setPen(QPen(ink(Ink.TRACK), 1))
        painter.drawLine(QPointF(plot.left(), zero), QPointF(plot.right(), zero))
        for value in self.content.contributions:
            self._draw_bar(painter, plot, zero, value)
        self._draw_attention(painter, plot)
        self._draw_marks(painter, box)
        painter.setPen(QPen(ink(Ink.TEXT), 1.5))
        painter.drawLine(QPointF(here.center().x(), box.top()), QPointF(here.center().x(), box.bottom()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the frame under the pointer."""
        if event.button() is Qt.MouseButton.LeftButton and self.content.frames:
            self.frame_chosen.emit(self.frame_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging goes along; resting says the numbers."""
        frame = self.frame_at(event.position().x())
        if event.buttons() & Qt.MouseButton.LeftButton and self.content.frames:
            self.frame_chosen.emit(frame)
        self.setToolTip(tooltip(frame_words(self.content, frame)))

    @property
    def _is_signed(self) -> bool:
        return any(value.value < 0 for value in self.content.contributions)

    def _span(self, box: QRectF, first: int, last: int) -> QRectF:
        step = box.width() / self.content.frames
        return QRectF(box.left() + first * step, box.top(), (last - first + 1) * step, box.height())

    def _draw_bar(self, painter: QPainter, plot: QRectF, zero: float, value: FrameValue) -> None:
        room = plot.height() / (2 if self._is_signed else 1)
        height = room * abs(value.value) / (self.content.extent or 1.0)
        span = self._span(plot, value.first, value.last).adjusted(0.5, 0, -0.5, 0)
        top = zero - height if value.value >= 0 else zero
        bar = QRectF(span.left(), top, max(span.width(), 1.0), max(height, 1.0))
        colour = ink(Ink.MODEL if value.value >= 0 else Ink.AGAINST)
        if self.content.holds:
            painter.fillRect(bar, colour)
        else:
            painter.setPen(QPen(ink(Ink.QUIET), 1, Qt.PenStyle.DashLine))
            painter.drawRect(bar)

    def _draw_attention(self, painter: QPainter, plot: QRectF) -> None:
        most = max((value.value for value in self.content.attention), default=0.0)
        if most <= 0:
            return
        line = QPolygonF()
        for value in self.content.attention:
            place = self._span(plot, value.first, value.last).center().x()
            line.append(QPointF(place, plot.bottom() - plot.height() * value.value / most))
        painter.setPen(QPen(ink(Ink.BEFORE), 1.2, Qt.PenStyle.DashLine))
        painter.drawPolyline(line)

    def _draw_marks(self, painter: QPainter, box: QRectF) -> None:
        painter.setFont(font(CAPTION_PX))
        painter.setPen(ink(Ink.TEXT))
        for frame, mark in self.content.marks.items():
            place = self._span(box, frame, frame).center().x()
            painter.drawText(QRectF(place - 20, box.top() - 1, 40, _TOP), Qt.AlignmentFlag.AlignCenter, mark)
            painter.drawLine(QPointF(place, box.top() + _TOP), QPointF(place, box.top() + _TOP + 4))


class LoopStrip(QWidget):
    """The strip of the chosen loop with the bars of all views beside it."""

    frame_chosen = Signal(str, int)  # display set uid, frame
    view_chosen = Signal(int)  # unit of the explanation

    def __init__(self) -> None:
        super().__init__()
        self.frames = FrameStrip()
        self.frames.frame_chosen.connect(self._pass_on)
        self._title = ElidedLabel("", Role.CAPTION)
        self._legend = label("", Role.FAINT)
        self._side = QWidget()
        self._views = QGridLayout()
        self._views.setHorizontalSpacing(8)
        self._views.setVerticalSpacing(0)
        self._lay_out()

    def show_content(self, content: StripContent) -> None:
        """Show another strip; one without anything to say hides."""
        self.frames.show_content(content)
        self._title.show_text(f"{content.target} by frame · {content.unit}" if content.target else "")
        self._legend.setText(legend_words(content))
        self._show_views(content)
        self.setVisible(not content.is_empty)

    def show_frame(self, frame: int) -> None:
        """Mark the frame on show."""
        self.frames.show_frame(frame)

    def _show_views(self, content: StripContent) -> None:
        emptied(self._views)
        extent = max((abs(view.total) for view in content.views), default=1.0)
        columns = -(-len(content.views) // A_COLUMN) or 1
        for number, view in enumerate(content.views):
            row = self._view_row(view, extent, content.unit)
            self._views.addWidget(row, number % A_COLUMN, number // A_COLUMN)
        self._side.setFixedWidth(columns * VIEWS_PX)

    def _view_row(self, view: ViewValue, extent: float, unit: str) -> Row:
        words = figure(view.total, extent, unit)
        row = Row(f"{view.title}: {words}")
        row.setMinimumHeight(22)
        row.set_chosen(view.shown)
        row.setToolTip(tooltip(f"{view.title}: {words}. Go to the frame that says most."))
        line = QHBoxLayout(row)
        line.setContentsMargins(4, 0, 4, 0)
        line.setSpacing(8)
        line.addWidget(ElidedLabel(view.title, Role.CAPTION), 1)
        bar = ErrorBar()
        bar.show_value(view.total, extent)
        line.addWidget(bar)
        line.addWidget(label(words, Role.CAPTION))
        row.clicked.connect(lambda: self.view_chosen.emit(view.unit))
        return row

    def _lay_out(self) -> None:
        side = self._side
        side.setFixedWidth(VIEWS_PX)
        side.setLayout(self._views)
        self._views.setContentsMargins(0, 0, 0, 0)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self._legend)
        right = QVBoxLayout()
        right.setSpacing(0)
        right.addLayout(head)
        right.addWidget(self.frames)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(12)
        row.addWidget(side, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(right, 1)
        self.hide()

    def _pass_on(self, frame: int) -> None:
        self.frame_chosen.emit(self.frames.content.display_set_uid, frame)


def legend_words(content: StripContent) -> str:
    """What the bars and the line mean."""
    parts = []
    if any(value.value < 0 for value in content.contributions):
        parts.append("up for, down against")
    elif content.contributions:
        parts.append("bars: contribution")
    if content.attention:
        parts.append("dashed: share of attention")
    if content.views and not (content.contributions or content.attention):
        parts.append("this slice was not read: choose one of those on the left")
    if not content.holds:
        parts.append("a check failed: do not use")
    return " · ".join(parts)


def frame_words(content: StripContent, frame: int) -> str:
    """The numbers of one frame."""
    parts = [f"frame {frame + 1} of {content.frames}"]
    for name, values, unit in (
        ("contribution", content.contributions, content.unit),
        ("attention", content.attention, "share of attention"),
    ):
        found = next((v.value for v in values if v.first <= frame <= v.last), None)
        if found is not None:
            parts.append(f"{name} {figure(found, max(abs(v.value) for v in values), unit)}")
    if len(parts) == 1 and (content.contributions or content.attention):
        parts.append("not computed for this frame")
    return " · ".join(parts)
