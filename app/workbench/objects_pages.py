"""Pages of a PDF over a viewport: drawn in a worker process when they come to be seen."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from app.messages import message_of
from app.object_pages import Page
from app.panels.page_cover import PageCover
from app.viewer.grey import to_image
from app.viewer.hanging import Hanging
from app.workbench.services import Services
from inference.imaging.objects.pdf_pages import draw_page


class PdfPages(QObject):
    """Lays one document over the viewport that is in hand, and takes it away with what hangs there."""

    closed = Signal()
    told = Signal(str)

    def __init__(self, services: Services, hanging: Hanging) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._page: Page | None = None
        self._slot, self._hung = 0, ""
        self.cover: PageCover | None = None
        services.workspace.slots_changed.connect(self._look_below)
        services.workspace.further_changed.connect(self._look_below)

    def show(self, page: Page, slot: int | None = None) -> None:
        """Lay the pages of a document over a viewport, by default the active one."""
        self.put_away()
        self._slot = self._hanging.active if slot is None else slot
        if page.pages is None or self._slot not in self._hanging.wall.visible_numbers:
            return
        self._page, self._hung = page, self._services.workspace.sitting.desk.slots[self._slot]
        cover = PageCover(page.title, page.pages.sizes_pt, self._hanging.wall.slots[self._slot])
        cover.pages.page_needed.connect(self._draw)
        cover.closed.connect(self.closed)
        cover.copy_requested.connect(self._copy)
        self.cover = cover
        cover.pages.setFocus()

    def put_away(self) -> None:
        """Show again what hangs below."""
        cover, self.cover, self._page = self.cover, None, None
        if cover is not None:
            cover.hide()
            cover.deleteLater()

    def _draw(self, number: int, width_px: int) -> None:
        page, cover = self._page, self.cover
        if page is None or page.pages is None or cover is None:
            return
        pages = page.pages
        self._services.quiet.run(
            f"Page {number + 1} of {page.title}",
            lambda _report: draw_page(page.pdf, pages, number, width_px),
            then=partial(self._drawn, cover, number),
            otherwise=partial(self._failed, cover, number),
        )

    def _drawn(self, cover: PageCover, number: int, rgb: NDArray[np.uint8]) -> None:
        if cover is self.cover:
            cover.pages.show_page(number, to_image(rgb))

    def _failed(self, cover: PageCover, number: int, error: Exception) -> None:
        if cover is self.cover:
            message = message_of(error)
            cover.pages.say(number, f"{message.sentence}\n{message.hint}", is_error=True)

    def _copy(self) -> None:
        if self._page is None:
            return
        words = self._page.text
        if words:
            QApplication.clipboard().setText(words)
        self.told.emit("Copied: the text of the document" if words else "The document holds no text to copy")

    def _look_below(self, _changed: object = None) -> None:
        """Another series was hung there, or the viewport is gone: it is what the reader wants to see."""
        if self.cover is None:
            return
        slots = self._services.workspace.sitting.desk.slots
        here = slots[self._slot] if self._slot < len(slots) else ""
        if here != self._hung or self._slot >= len(self._hanging.wall.slots):
            self.closed.emit()
