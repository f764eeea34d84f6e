"""Loops in step: the one that plays, or is moved, leads; the others show what belongs beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject

from app.viewer.cine_step import Beat, InStep, companion
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Look

Marks = Callable[[str], Mapping[int, str]]  # display set uid -> frame -> "ED" or "ES"


class Stepping(QObject):
    """Listens to the wall. Off at first: each loop goes its own way."""

    def __init__(self, hanging: Hanging, marks: Marks) -> None:
        super().__init__()
        self.by: InStep | None = None
        self._hanging, self._marks = hanging, marks
        self._busy = False  # a loop that follows must not lead
        hanging.look_changed.connect(self._follow)

    @property
    def loops(self) -> list[CineView]:
        """The loops on the screen."""
        views = (self._hanging.view(slot) for slot in self._hanging.wall.visible_numbers)
        return [view for view in views if isinstance(view, CineView)]

    @property
    def several(self) -> bool:
        """Whether there is more than one loop on the screen."""
        return len(self.loops) > 1

    @property
    def chosen(self) -> CineView | None:
        """The loop in the chosen viewport."""
        view = self._hanging.view(self._hanging.active)
        return view if isinstance(view, CineView) else None

    def go_by(self, by: InStep) -> None:
        """Let loops go together; the same again lets go of them."""
        self.by = None if self.by is by else by
        leader = self.chosen or next(iter(self.loops), None)
        if self.by is not None and leader is not None:
            self._lead(leader, leader.playback.frame)

    def play_all(self) -> None:
        """Play every loop, or rest all where one plays; in step, one plays and leads the others."""
        loops = self.loops
        if any(loop.playback.playing for loop in loops):
            for loop in loops:
                loop.pause()
        else:
            for loop in [self.chosen or loops[0]] if self.by and loops else loops:
                loop.play()

    def step(self, frames: int) -> bool:
        """Go some frames on in the chosen loop; False where there is none."""
        if self.chosen is None:
            return False
        self.chosen.step(frames)
        return True

    def _follow(self, slot: int, look: Look) -> None:
        view = self._hanging.view(slot)
        if self.by is not None and not self._busy and isinstance(view, CineView):
            self._lead(view, look.slice_index)

    def _lead(self, leader: CineView, frame: int) -> None:
        assert self.by is not None
        self._busy = True
        own = self._beat(leader)
        for loop in self.loops:
            if loop is not leader:
                loop.follow(companion(own, frame, self._beat(loop), self.by))
        self._busy = False

    def _beat(self, loop: CineView) -> Beat:
        return Beat(loop.playback.times, self._marks(loop.view.exhibit.display_set_uid))
