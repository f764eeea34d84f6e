"""The way to a moment of a loop: hung first where it does not hang, at the slice that is meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.loops import position_at
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.workspace import Workspace


class LoopSeeking:
    """Keeps what is sought until its loop and its slice hang."""

    def __init__(self, workspace: Workspace, hanging: Hanging) -> None:
        self._workspace, self._hanging = workspace, hanging
        self._sought: tuple[str, float, NDArray[np.float64]] | None = None  # loop, moment, place

    @property
    def is_on_its_way(self) -> bool:
        """Whether a moment is sought whose loop does not hang yet."""
        return self._sought is not None

    def go_to_frame(self, display_set_uid: str, frame: int) -> None:
        """Show a frame of a loop that hangs."""
        for view in self._loops():
            if view.view.exhibit.display_set_uid == display_set_uid:
                view.follow(frame)

    def seek(self, uid: str, moment_ms: float, affine_lps: NDArray[np.float64]) -> None:
        """Go to a moment of a loop, at the slice where a grid begins."""
        self._sought = (uid, moment_ms, affine_lps[:3, 3])
        desk = self._workspace.sitting.desk
        if uid not in desk.shown and self._workspace.sitting.display_set(uid):
            self._workspace.show(self._hanging.active, uid)
        self.go()

    def go(self) -> None:
        """Go on to the moment that was asked for, as far as its loop hangs."""
        if self._sought is None:
            return
        uid, moment_ms, point = self._sought
        view = next((v for v in self._loops() if v.view.exhibit.display_set_uid == uid), None)
        display_set = self._workspace.sitting.display_set(uid)
        if view is None or display_set is None:
            return
        position = position_at(display_set, point)
        if position is not None and position != view.position:
            view.position_needed.emit(position)  # comes back here with the loop of that slice
            return
        self._sought = None
        self._workspace.choose_slot(self._slot_of(view))
        starts = view.playback.times.starts_ms
        self.go_to_frame(uid, int(np.abs(starts - starts[0] - moment_ms).argmin()))

    def _slot_of(self, view: CineView) -> int:
        """The viewport in which a loop hangs."""
        slots = self._hanging.wall.visible_numbers
        return next(slot for slot in slots if self._hanging.view(slot) is view)

    def _loops(self) -> list[CineView]:
        views = (self._hanging.view(slot) for slot in self._hanging.wall.visible_numbers)
        return [view for view in views if isinstance(view, CineView)]
