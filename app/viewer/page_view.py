"""One page of a document over a viewport: drawn elsewhere, scrolled, zoomed and turned here."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QWidget

from app.theme import BODY_PX, font

PX_PER_PT = 96 / 72  # at 100 %
WIDEST = 1.5  # a page is not made larger than this by itself
LEAST, MOST = 0.25, 6.0
_MARGIN_PX, _SETTLE_MS, _LINE_PX = 12, 60, 40
_GROUND, _TEXT, _BAD = QColor("#14181d"), QColor("#a9b4c0"), QColor("#e5786d")


class PageView(QAbstractScrollArea):
    """Knows the sizes of the pages, not the document: what it needs is asked for and handed in."""

    page_needed = Signal(int, int)  # page from 0, width in pixels of the screen
    changed = Signal()  # another page, or another zoom

    def __init__(self, sizes_pt: Sequence[tuple[float, float]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes_pt = tuple(sizes_pt)
        self.page = 0
        self._zoom = 0.0  # 0 as wide as the viewport
        self._image, self._image_of = QImage(), -1
        self._words, self._is_error = "", False
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._ask)
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Pages of the document")
        self._ask_soon()

    @property
    def count(self) -> int:
        """How many pages can be turned to."""
        return len(self._sizes_pt)

    @property
    def zoom(self) -> float:
        """Size of the page on the screen; 1 is its true size at 96 dots per inch."""
        if self._zoom:
            return self._zoom
        width = max(self.viewport().width() - 2 * _MARGIN_PX, 40)
        return min(max(width / (self._sizes_pt[self.page][0] * PX_PER_PT), 0.01), WIDEST)

    @property
    def page_size_px(self) -> QSize:
        """Of the page at hand on the screen."""
        width, height = self._sizes_pt[self.page]
        scale = self.zoom * PX_PER_PT
        return QSize(max(1, round(width * scale)), max(1, round(height * scale)))

    def turn_to(self, page: int, *, at_end: bool = False) -> None:
        """Show another page from its top, or from its end."""
        page = min(max(page, 0), self.count - 1)
        if page != self.page:
            self.page, self._words = page, ""
            self._lay_out()
            bar = self.verticalScrollBar()
            bar.setValue(bar.maximum() if at_end else 0)
            self._ask_soon()
            self.changed.emit()

    def zoom_by(self, factor: float) -> None:
        """Larger or smaller, round the middle of what is seen."""
        self._set_zoom(min(max(self.zoom * factor, LEAST), MOST))

    def fit(self) -> None:
        """As wide as the viewport, for as long as it is there."""
        self._set_zoom(0.0)

    def show_page(self, page: int, image: QImage) -> None:
        """Take a page that was asked for."""
        if page == self.page:
            self._image, self._image_of, self._words = image, page, ""
            self.viewport().update()

    def say(self, page: int, words: str, *, is_error: bool = False) -> None:
        """A sentence in place of a page that cannot be drawn."""
        if page == self.page:
            self._image_of, self._words, self._is_error = -1, words, is_error
            self.viewport().update()

    @property
    def words(self) -> str:
        """The sentence where there is no page."""
        return self._words

    @property
    def is_drawn(self) -> bool:
        """Whether the page at hand is seen."""
        return self._image_of == self.page

    def _set_zoom(self, zoom: float) -> None:
        shares = [_middle(bar.value(), bar.maximum(), bar.pageStep()) for bar in self._bars()]
        self._zoom = zoom
        self._lay_out()
        for bar, share in zip(self._bars(), shares, strict=True):
            bar.setValue(round(share * (bar.maximum() + bar.pageStep()) - bar.pageStep() / 2))
        self._ask_soon()
        self.changed.emit()

    def _bars(self) -> tuple[QScrollBar, QScrollBar]:
        return self.horizontalScrollBar(), self.verticalScrollBar()

    def _ask_soon(self) -> None:
        self._settling.start(_SETTLE_MS)

    def _ask(self) -> None:
        self.page_needed.emit(self.page, round(self.page_size_px.width() * self.devicePixelRatioF()))

    def _lay_out(self) -> None:
        size, room = self.page_size_px, self.viewport().size()
        for bar, needed, there in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            bar.setPageStep(there)
            bar.setSingleStep(_LINE_PX)
            bar.setRange(0, max(0, needed + 2 * _MARGIN_PX - there))
        self.viewport().update()

    def _area(self) -> QRect:
        """Where the page lies in the viewport."""
        size, room = self.page_size_px, self.viewport().size()
        left = max(_MARGIN_PX, (room.width() - size.width()) // 2) - self.horizontalScrollBar().value()
        top = max(_MARGIN_PX, (room.height() - size.height()) // 2) - self.verticalScrollBar().value()
        return QRect(QPoint(left, top), size)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The page on a dark ground; white paper until it is there."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.viewport().rect(), _GROUND)
        if self._words:
            painter.setFont(font(BODY_PX))
            painter.setPen(_BAD if self._is_error else _TEXT)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.viewport().rect().adjusted(24, 24, -24, -24), flags, self._words)
        else:
            painter.fillRect(self._area(), Qt.GlobalColor.white)
            if self.is_drawn:
                painter.drawImage(self._area(), self._image)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A page that is fitted goes with the viewport."""
        super().resizeEvent(event)
        self._lay_out()
        self._ask_soon()
        self.changed.emit()

    def scrollContentsBy(self, _right: int, _down: int) -> None:  # noqa: N802 - Qt's name
        """Another part of the page."""
        self.viewport().update()


def _middle(value: int, most: int, step: int) -> float:
    """Which share of a page lies before the middle of what is seen of it."""
    return (value + step / 2) / max(1, most + step)
