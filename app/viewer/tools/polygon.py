"""A region by its corners: each is clicked, and a click on the first or a double click closes the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer import placing
from app.viewer.measurements.measurement import Kind, Points
from app.viewer.tools.grip import CLICK_PX, Grip
from app.viewer.tools.measure import Sketch

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

FEWEST = 3  # corners of a region
_CLOSING_PX = 9.0  # within which a click means the first corner


class Polygon:
    """The corners picked so far, as pixels. It becomes a closed line, like one that was drawn freehand."""

    def __init__(self, view: SliceView, spot: QPointF) -> None:
        self._view, self._sketch = view, Sketch(view, Kind.FREEHAND)
        self._corners = [self._sketch.pixel(spot)]
        self._last = spot

    def press(self, spot: QPointF) -> bool:
        """Another corner, or the end."""
        if len(self._corners) >= FEWEST and (self._is_first(spot) or self._is_last(spot)):
            return self._sketch.finish(self._corners)
        if not self._is_last(spot):
            self._corners.append(self._sketch.pixel(spot))
            self._last = spot
            self._sketch.show(self._corners)
        return False

    def move(self, spot: QPointF) -> None:
        """Show what the next corner here would make."""
        self._sketch.show([*self._corners, self._sketch.pixel(spot)])

    def release(self, spot: QPointF) -> bool:
        """A drag ends at a corner as well; a click waits for the next one."""
        return self.press(spot) if (spot - self._last).manhattanLength() > CLICK_PX else False

    def cancel(self) -> None:
        """Nothing was drawn."""
        self._sketch.give_up()

    def _is_last(self, spot: QPointF) -> bool:
        return (spot - self._last).manhattanLength() <= CLICK_PX

    def _is_first(self, spot: QPointF) -> bool:
        first: Points = self._corners[0]
        there = placing.to_screen(self._view.scene().transform, first)
        return (spot - there).manhattanLength() <= _CLOSING_PX


def begin(view: SliceView, spot: QPointF) -> Grip | None:
    """The first corner; nothing where the pictures are not known well enough."""
    return Polygon(view, spot) if view.sheet() is not None else None
