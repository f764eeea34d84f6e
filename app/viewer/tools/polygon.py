"""A region by its points: each is clicked, and a click on the first or a double click closes the line.

Corners of straight lines, or points that a smooth curve goes through.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """The points picked so far, as pixels."""

    def __init__(self, view: SliceView, spot: QPointF, kind: Kind) -> None:
        self._view, self._sketch = view, Sketch(view, kind)
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


def begins(kind: Kind) -> Callable[[SliceView, QPointF], Grip | None]:
    """The tool that picks the points of a region; nothing where the pictures are not known well enough."""

    def begin(view: SliceView, spot: QPointF) -> Grip | None:
        return Polygon(view, spot, kind) if view.sheet() is not None else None

    return begin
