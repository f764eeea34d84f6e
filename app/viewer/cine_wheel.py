"""The wheel over a loop. Through a cine stack it goes in two directions: slices, and phases with Ctrl."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QWheelEvent

if TYPE_CHECKING:
    from app.viewer.cine_view import CineView

_NOTCH = 120  # one step of a wheel


class LoopWheel(QObject):
    """The wheel and the keys go through a plain loop, and stop at its ends."""

    def __init__(self, loop: CineView) -> None:
        super().__init__(loop)
        self._loop = loop
        loop.view.steps_instead = self.step

    def step(self, frames: int) -> None:
        """Rest, and go some frames on."""
        here, last = self._loop.ahead.goal, self._loop.playback.times.count - 1
        self._loop.step(min(max(here + frames, 0), last) - here)


class StackWheel(QObject):
    """Stands before the pointer of the view, which knows one direction only."""

    def __init__(self, loop: CineView) -> None:
        super().__init__(loop)
        self._loop = loop
        self._turned = 0  # of a notch
        loop.view.steps_instead = self.ask_for_position
        loop.view.installEventFilter(self)

    def ask_for_position(self, steps: int) -> None:
        """Go to another slice, at the same phase."""
        loop = self._loop
        wanted = min(max(loop.position + steps, 0), loop.positions - 1)
        if wanted != loop.position:
            loop.position_needed.emit(wanted)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the wheel while Ctrl is held; leave the rest."""
        if event.type() is not QEvent.Type.Wheel:
            return super().eventFilter(watched, event)
        wheel = cast(QWheelEvent, event)
        if not wheel.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self._turned += wheel.angleDelta().y() or wheel.angleDelta().x()
        steps = int(self._turned / _NOTCH)
        self._turned -= steps * _NOTCH
        if steps:
            self._loop.step(-steps)
        return True
