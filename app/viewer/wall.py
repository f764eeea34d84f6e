"""The grid of slots: how many are on the screen, which one keys act on, what is dropped where."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget

from app.desk import SLOTS, Layout
from app.viewer.slot import Slot
from app.viewer.thumbnails import dragged_display_set

_GAP, _BETWEEN = 2, QColor("#1a2027")
MOST = 4  # viewports along each side


class Wall(QWidget):
    """Slots 2 pixels apart. Slot numbers run along the rows, whatever is maximised."""

    activated = Signal(int)
    layout_changed = Signal(object)  # Layout
    files_dropped = Signal(list)  # list[Path]
    display_set_dropped = Signal(int, str)  # slot, display set uid

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.active = 0
        self.arrangement = Layout.ONE
        self.maximised: int | None = None
        self._darken()
        self._grid = QGridLayout(self)
        self._grid.setSpacing(_GAP)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self.slots = tuple(Slot(self) for _ in range(SLOTS))
        for number, slot in enumerate(self.slots):
            slot.activated.connect(lambda number=number: self.activate(number))
        self._place()

    def _darken(self) -> None:
        """Viewports and what is between them stay dark in every theme."""
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, _BETWEEN)
        self.setPalette(palette)
        self.setAutoFillBackground(True)

    def arrange(self, layout: Layout) -> None:
        """Show the first slots in rows and columns."""
        changed = layout is not self.arrangement
        self.arrangement, self.maximised = layout, None
        self._place()
        self.activate(min(self.active, layout.views - 1))
        if changed:
            self.layout_changed.emit(layout)

    def activate(self, number: int) -> None:
        """Let keys act on another slot."""
        before, self.active = self.active, number
        for index, slot in enumerate(self.slots):
            slot.set_active(index == number and len(self.visible_numbers) > 1)
        if before != number:
            self.activated.emit(number)

    def toggle_maximised(self, number: int) -> None:
        """Fill the wall with one slot, or go back."""
        self.maximised = None if self.maximised is not None else number
        self._place()
        self.activate(number)

    @property
    def visible_numbers(self) -> tuple[int, ...]:
        """Which slots are on the screen."""
        if self.maximised is not None:
            return (self.maximised,)
        return tuple(range(self.arrangement.views))

    def _place(self) -> None:
        columns = 1 if self.maximised is not None else self.arrangement.columns
        for slot in self.slots:
            self._grid.removeWidget(slot)
            slot.hide()
        for place, number in enumerate(self.visible_numbers):
            self._grid.addWidget(self.slots[number], place // columns, place % columns)
            self.slots[number].show()
        for line in range(MOST):  # equal shares, whatever the views would like
            self._grid.setRowStretch(line, 1 if self._grid.itemAtPosition(line, 0) else 0)
            self._grid.setColumnStretch(line, 1 if self._grid.itemAtPosition(0, line) else 0)
        self.activate(self.active)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Series of ours, and files."""
        if dragged_display_set(event.mimeData()) or _paths(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Say what was dropped, and on which slot."""
        uid = dragged_display_set(event.mimeData())
        number = self._slot_at(event.position().toPoint())
        if uid and number is not None:
            self.display_set_dropped.emit(number, uid)
        elif paths := _paths(event.mimeData()):
            self.files_dropped.emit(paths)
        event.acceptProposedAction()

    def _slot_at(self, point: QPoint) -> int | None:
        numbers = self.visible_numbers
        return next((n for n in numbers if self.slots[n].geometry().contains(point)), None)


def _paths(data: QMimeData) -> list[Path]:
    """The files and folders that are being dragged."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
