"""The strip under a volume that was matched: how attention was shared among the slices that were read."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.match_values import SliceStory
from app.panels.bars import Drawing
from app.panels.ink import Ink, ink
from app.panels.labels import ElidedLabel, Role, label
from app.theme import CAPTION_PX, font

HEIGHT = 58
_TOP, _NARROWEST = 15.0, 3.0


class SliceBars(Drawing):
    """A bar for each slice that was read, along the whole stack; the strongest have a letter."""

    slice_chosen = Signal(int)  # picture of the display set

    def __init__(self) -> None:
        super().__init__(height=HEIGHT, width=200)
        self.story = SliceStory((), ())
        self.pictures = 1
        self.shown = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Attention by slice")

    def show_story(self, story: SliceStory, pictures: int) -> None:
        """Show another volume of so many pictures."""
        self.story, self.pictures = story, max(1, pictures)
        self.update()

    def show_slice(self, number: int) -> None:
        """Mark the slice on show."""
        if number != self.shown:
            self.shown = number
            self.update()

    def slice_at(self, x: float) -> int:
        """The nearest slice that was read."""
        wanted = x / max(1, self.width()) * self.pictures - 0.5
        return min(self.story.index, key=lambda k: abs(k - wanted)) if self.story.index else 0

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Bars, letters, and where the reader is."""
        plot = box.adjusted(0, _TOP, 0, -1)
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), 1), ink(Ink.TRACK))
        most = max(self.story.shares, default=0.0)
        painter.setFont(font(CAPTION_PX))
        for n, (k, part) in enumerate(zip(self.story.index, self.story.shares, strict=True)):
            across = self._across(plot, k)
            height = plot.height() * part / most if most > 0 else 0.0
            wide = max(_NARROWEST, plot.width() / self.pictures - 1)
            bar = QRectF(across - wide / 2, plot.bottom() - height, wide, height)
            top = n in self.story.top
            painter.fillRect(bar, ink(Ink.MODEL if top else Ink.QUIET))
            if top:
                painter.setPen(ink(Ink.TEXT))
                above = QRectF(across - 10, box.top(), 20, _TOP)
                painter.drawText(above, Qt.AlignmentFlag.AlignCenter, chr(65 + self.story.top.index(n)))
        painter.setPen(QPen(ink(Ink.TEXT), 1))
        here = round(self._across(plot, self.shown))
        painter.drawLine(here, round(plot.top()), here, round(plot.bottom()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the slice under the pointer."""
        if self.story.index and event.button() is Qt.MouseButton.LeftButton:
            self.slice_chosen.emit(self.slice_at(event.position().x()))

    def _across(self, plot: QRectF, picture: int) -> float:
        return plot.left() + (picture + 0.5) / self.pictures * plot.width()


class SliceStrip(QWidget):
    """The bars with what the deletion check says."""

    slice_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.bars = SliceBars()
        self.bars.slice_chosen.connect(self.slice_chosen)
        self._title = ElidedLabel("", Role.CAPTION)
        self.check = label("", Role.FAINT, wrap=True)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 8, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.bars)
        column.addWidget(self.check)
        self.hide()

    def show_story(self, title: str, story: SliceStory | None, pictures: int = 1) -> None:
        """Show how attention was shared; None, or a single picture, hides the strip."""
        self.setVisible(story is not None and len(story.index) > 1)
        if story is None:
            return
        self._title.show_text(f"{title} · share of attention by slice; lettered: the strongest")
        self.check.setText(story.sentence or "Too few slices for a deletion check.")
        self.bars.show_story(story, pictures)

    def show_slice(self, number: int) -> None:
        """Mark the slice on show."""
        self.bars.show_slice(number)
