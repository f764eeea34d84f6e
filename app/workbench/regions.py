"""The keys go from one part of the window to the next; within a part the Tab key goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.panels.sight import bring_into_sight

if TYPE_CHECKING:
    from app.window import ReadingWindow

REASON = Qt.FocusReason.TabFocusReason  # shows where the keys are


class Regions:
    """Pictures or study list, right panel, left panel. The pictures use Tab themselves and keep it."""

    def __init__(self, window: ReadingWindow) -> None:
        self._window = window

    def step(self, step: int) -> None:
        """Give the keys to the next part that is shown and can take them, or to the one before."""
        window = self._window
        window.activateWindow()
        middle = window.studies if window.library_is_shown else window.hanging
        parts = [part for part in (middle, window.right, window.left) if part.isVisible()]
        focused = QApplication.focusWidget()
        here = next((n for n, part in enumerate(parts) if _holds(part, focused)), 0)
        for away in range(1, len(parts) + 1):
            part = parts[(here + away * step) % len(parts)]
            if part is middle:
                (window.studies.search if part is window.studies else window.hanging).setFocus(REASON)
                return
            if (first := first_of(part)) is not None:
                first.setFocus(REASON)
                bring_into_sight(first)
                return


def first_of(part: QWidget) -> QWidget | None:
    """The topmost widget of a part that takes keys."""
    able = [w for w in part.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    seen = [w for w in able if w.isVisible() and w.isEnabled()]

    def place(widget: QWidget) -> tuple[int, int]:
        corner = widget.mapTo(part, QPoint())
        return corner.y(), corner.x()

    return min(seen, key=place, default=None)


def _holds(part: QWidget, focused: QWidget | None) -> bool:
    return focused is not None and (focused is part or part.isAncestorOf(focused))
