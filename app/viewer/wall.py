"""All viewports, in one window or in several: their numbers, and which one keys act on."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.layouts import PER_WINDOW, Layout
from app.viewer.pane import Pane
from app.viewer.slot import Slot


class Wall(QWidget):
    """Holds the pane of the reading window, and knows those of further windows.

    Slot numbers run along the rows of a pane, whatever is maximised; each pane begins at the next PER_WINDOW.
    """

    activated = Signal(int)
    layout_changed = Signal(object)  # Layout of the first pane
    files_dropped = Signal(list)  # list[Path]
    display_set_dropped = Signal(int, str)  # slot, display set uid
    renumbered = Signal(int)  # from this slot on nothing hangs any more: a pane is gone

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.active = 0
        self.panes: tuple[Pane, ...] = ()
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        first = self.add_pane()
        box.addWidget(first)
        self.activate(0)

    def add_pane(self) -> Pane:
        """One more pane, to be put into a window."""
        pane = Pane()
        self.panes = (*self.panes, pane)
        for slot in pane.slots:
            slot.activated.connect(lambda slot=slot: self.activate(self.slots.index(slot)))
        pane.files_dropped.connect(self.files_dropped)
        pane.display_set_dropped.connect(
            lambda place, uid: self.display_set_dropped.emit(self._first(pane) + place, uid)
        )
        return pane

    def remove_pane(self, pane: Pane) -> None:
        """Forget a pane after the first; those behind it get its numbers, and are hung anew."""
        for later in self.panes[self.panes.index(pane) :]:
            for slot in later.slots:
                slot.say("")
        first = self._first(pane)
        self.panes = tuple(kept for kept in self.panes if kept is not pane)
        self.renumbered.emit(first)
        if self.active not in self.visible_numbers:
            self.activate(self.visible_numbers[0])

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Of all panes, by their numbers."""
        return tuple(slot for pane in self.panes for slot in pane.slots)

    @property
    def arrangement(self) -> Layout:
        """How the first pane is laid out."""
        return self.panes[0].arrangement

    def pane_of(self, number: int) -> Pane:
        """The pane that a slot is in."""
        return self.panes[number // PER_WINDOW]

    def arrange(self, layout: Layout, window: int = 0) -> None:
        """Show the first slots of a pane in rows and columns."""
        pane = self.panes[window]
        changed = layout is not pane.arrangement
        pane.arrangement, pane.maximised = layout, None
        pane.place()
        first = PER_WINDOW * window
        if first <= self.active < first + PER_WINDOW:
            self.activate(min(self.active, first + layout.views - 1))
        else:
            self.activate(self.active)
        if changed and window == 0:
            self.layout_changed.emit(layout)

    def activate(self, number: int) -> None:
        """Let keys act on another slot."""
        before, self.active = self.active, number
        several = len(self.visible_numbers) > 1
        for index, slot in enumerate(self.slots):
            slot.set_active(index == number and several)
        if before != number:
            self.activated.emit(number)

    def toggle_maximised(self, number: int) -> None:
        """Fill its pane with one slot, or go back."""
        pane = self.pane_of(number)
        pane.maximised = None if pane.maximised is not None else number % PER_WINDOW
        pane.place()
        self.activate(number)

    @property
    def visible_numbers(self) -> tuple[int, ...]:
        """Which slots are on the screens."""
        return tuple(self._first(pane) + place for pane in self.panes for place in pane.visible_places)

    def _first(self, pane: Pane) -> int:
        return PER_WINDOW * self.panes.index(pane)
