"""Plays loops at their own rate, and stacks slice by slice."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer

from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.workspace import Workspace

STACK_MS = 100  # between two slices of a stack that is played


class Playing:
    """Plays what is in the chosen viewport, or stops."""

    def __init__(self, workspace: Workspace, hanging: Hanging) -> None:
        self._hanging = hanging
        self.instead: Callable[[], bool] = bool  # plays what moves as a whole; False where nothing does
        self._timer = QTimer(hanging)
        self._timer.setInterval(STACK_MS)
        self._timer.timeout.connect(self._next_slice)
        workspace.current_changed.connect(lambda _study: self._timer.stop())

    def toggle(self) -> None:
        """Play a loop or a stack, or stop."""
        if self.instead():
            return
        view = self._hanging.view(self._hanging.active)
        if isinstance(view, CineView):
            view.toggle()
        elif self._timer.isActive():
            self._timer.stop()
        elif self._hanging.slice_view(self._hanging.active) is not None:
            self._timer.start()

    def _next_slice(self) -> None:
        view = self._hanging.slice_view(self._hanging.active)
        if view is None:
            self._timer.stop()
            return
        steps = 1 if view.look.slice_index + 1 < view.slices.count else -view.slices.count
        view.step(steps)
