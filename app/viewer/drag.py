"""One drag of the mouse over a slice view: which button means what, and what it does to the look."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPointF, QSizeF, Qt

from app.viewer import gestures
from app.viewer.look import Look, Tool
from app.viewer.picture_plane import PicturePlane

_CLICK = 4.0  # screen pixels within which a press and release is a click


class Deed(Enum):
    """What the drag that is under way does."""

    WINDOW = auto()
    PAN = auto()
    ZOOM = auto()
    SCROLL = auto()
    CROSSHAIR = auto()


_OF_TOOL = {
    Tool.WINDOW: Deed.WINDOW,
    Tool.PAN: Deed.PAN,
    Tool.ZOOM: Deed.ZOOM,
    Tool.SCROLL: Deed.SCROLL,
    Tool.CROSSHAIR: Deed.CROSSHAIR,
}


@dataclass(frozen=True)
class Drag:
    """One drag: where and with which look it began."""

    start: QPointF
    look: Look
    deed: Deed
    button: Qt.MouseButton

    def moved_far(self, point: QPointF) -> bool:
        """More than a click's trembling."""
        return (point - self.start).manhattanLength() > _CLICK

    def look_at(self, point: QPointF, plane: PicturePlane, size: QSizeF, count: int) -> Look:
        """The look once the pointer has come to `point`."""
        moved = point - self.start
        if self.deed is Deed.WINDOW:
            return gestures.windowed(self.look, moved)
        if self.deed is Deed.PAN:
            return gestures.panned(self.look, moved, plane, size)
        if self.deed is Deed.ZOOM:
            factor = gestures.drag_zoom_factor(moved)
            return gestures.zoomed(self.look, factor, self.start, plane, size)
        if self.deed is Deed.SCROLL:
            return gestures.scrolled(self.look, gestures.drag_steps(moved, count), count)
        return self.look


def deed_of(button: Qt.MouseButton, modifiers: Qt.KeyboardModifier, tool: Tool) -> Deed | None:
    """Left is the tool, Shift and left the crosshair, middle pans, right zooms."""
    if button is Qt.MouseButton.LeftButton:
        return Deed.CROSSHAIR if modifiers & Qt.KeyboardModifier.ShiftModifier else _OF_TOOL[tool]
    return {Qt.MouseButton.MiddleButton: Deed.PAN, Qt.MouseButton.RightButton: Deed.ZOOM}.get(button)
