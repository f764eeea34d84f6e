"""What a press of a button begins: a tool's hold on one view until it lets go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QPointF

from app.viewer.look import Look

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

CLICK_PX = 4.0  # within which a press and a release are a click

Change = Callable[["SliceView", Look, QPointF, QPointF], Look]  # look at the start, start, moved so far


class Grip(Protocol):
    """One use of a tool."""

    def press(self, spot: QPointF) -> bool:
        """Another press while it lasts; True where that ends it."""
        ...

    def move(self, spot: QPointF) -> None:
        """The pointer is somewhere else, with or without a button held."""
        ...

    def release(self, spot: QPointF) -> bool:
        """The button was let go; True where that ends it."""
        ...

    def cancel(self) -> None:
        """Leave everything as it was before."""
        ...


class LookDrag:
    """A drag that changes the look, from where it was at the press."""

    def __init__(self, view: SliceView, start: QPointF, change: Change) -> None:
        self.view, self.start, self.change = view, start, change
        self.look = view.look

    def press(self, _spot: QPointF) -> bool:
        """Another button changes nothing."""
        return False

    def move(self, spot: QPointF) -> None:
        """Change the look once the pointer has left the place of a click."""
        moved = spot - self.start
        if moved.manhattanLength() > CLICK_PX or self.view.look is not self.look:
            self.view.set_look(self.change(self.view, self.look, self.start, moved))

    def release(self, _spot: QPointF) -> bool:
        """The look stays as it is now."""
        return True

    def cancel(self) -> None:
        """The look of the start."""
        self.view.set_look(self.look)
