"""The viewports of one window: how many are on the screen, which one fills it, what is dropped where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from app.layouts import PER_WINDOW, Layout
from app.viewer.slot import Slot
from app.viewer.thumbnails import dragged_display_set

_GAP, _BETWEEN = 2, QColor("#1a2027")
MOST = 4  # viewports along each side


class Pane(QWidget):
    """Slots 2 pixels apart, in rows. Knows their places in this window, not their numbers on the wall."""

    files_dropped = Signal(list)  # list[Path]
    display_set_dropped = Signal(int, str)  # place, display set uid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.arrangement = Layout.ONE
        self.maximised: int | None = None  # place that fills the pane
        self._darken()
        self._grid = QGridLayout(self)
        self._grid.setSpacing(_GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.slots = tuple(Slot(self) for _ in range(PER_WINDOW))
        self.place()

    def _darken(self) -> None:
        """Viewports and what is between them stay dark in every theme."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, _BETWEEN)
        self.setPalette(palette)
        self.setAutoFillBackground(True)

    @property
    def visible_places(self) -> tuple[int, ...]:
        """Which slots are on the screen."""
        if self.maximised is not None:
            return (self.maximised,)
        return tuple(range(self.arrangement.views))

    def place(self) -> None:
        """Put the slots where the layout wants them."""
        columns = 1 if self.maximised is not None else self.arrangement.columns
        for slot in self.slots:
            self._grid.removeWidget(slot)
            slot.hide()
        for cell, place in enumerate(self.visible_places):
            self._grid.addWidget(self.slots[place], cell // columns, cell % columns)
            self.slots[place].show()
        for line in range(MOST):  # equal shares, whatever the views would like
            self._grid.setRowStretch(line, 1 if self._grid.itemAtPosition(line, 0) else 0)
            self._grid.setColumnStretch(line, 1 if self._grid.itemAtPosition(0, line) else 0)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Series of ours, and files."""
        if dragged_display_set(event.mimeData()) or _paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what was dropped, and on which slot."""
        uid = dragged_display_set(event.mimeData())
        place = self._place_at(event.position().toPoint())
        if uid and place is not None:
            self.display_set_dropped.emit(place, uid)
        elif paths := _paths(event.mimeData()):
            self.files_dropped.emit(paths)
        event.acceptProposedAction()

    def _place_at(self, point: QPoint) -> int | None:
        places = self.visible_places
        return next((n for n in places if self.slots[n].geometry().contains(point)), None)


def _paths(data: QMimeData) -> list[Path]:
    """The files and folders that are being dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
