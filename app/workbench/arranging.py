"""Which series hangs where, and how many viewports there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.desk import Layout
from app.viewer.hanging import Hanging
from app.workbench.showing import Showing
from app.workspace import Workspace
from inference.imaging.study import Kind
from inference.imaging.volume import Volume


class Arranging:
    """Arranges the wall through the workspace; three planes of one volume lie over it for a while."""

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        self._workspace = workspace
        self._hanging = hanging
        self._showing = showing
        self.cuts = False  # three planes of one volume are on the wall
        workspace.current_changed.connect(self._forget_cuts)

    @property
    def linked(self) -> bool:
        """Whether viewports scroll together."""
        return self._hanging.together.scroll_together

    def lay_out(self, layout: Layout) -> None:
        """Show so many viewports; empty ones are filled with the series not yet on the wall."""
        self._leave_cuts()
        slots = list(self._workspace.sitting.desk.slots)
        rest = [uid for uid in self._series() if uid not in slots[: layout.views]]
        for slot in range(layout.views):
            if not slots[slot] and rest:
                slots[slot] = rest.pop(0)
        self._workspace.hang(slots, layout)

    def hang(self, uids: Sequence[str], layout: Layout) -> None:
        """Put these series into the viewports of a layout."""
        self._leave_cuts()
        self._workspace.hang(uids, layout)

    def toggle_alone(self) -> None:
        """The chosen viewport alone, or all again."""
        self._hanging.wall.toggle_maximised(self._hanging.active)

    def step_viewport(self, step: int) -> None:
        """Choose the next viewport."""
        numbers = self._hanging.wall.visible_numbers
        here = numbers.index(self._hanging.active) if self._hanging.active in numbers else 0
        self._hanging.activate(numbers[(here + step) % len(numbers)])

    def step_series(self, step: int) -> None:
        """Show the next series of the study in the chosen viewport."""
        uids = self._series()
        slot = self._hanging.active
        if not uids:
            return
        here = self._workspace.sitting.desk.slots[slot]
        place = uids.index(here) + step if here in uids else 0
        if 0 <= place < len(uids):
            self.show_series(uids[place])

    def show_series(self, uid: str, slot: int | None = None) -> None:
        """Put a series into a viewport, by default the chosen one."""
        self._leave_cuts()
        self._workspace.show(self._hanging.active if slot is None else slot, uid)

    def show_alone(self, uid: str) -> None:
        """One viewport with this series."""
        self._leave_cuts()
        self._workspace.hang((uid,), Layout.ONE)

    def toggle_link(self) -> None:
        """Scroll together, or each alone."""
        self._hanging.together.scroll_together = not self.linked

    def toggle_cuts(self) -> None:
        """Three planes and 3-D of the chosen volume, or the series as they hung."""
        if self.cuts:
            self._leave_cuts()
            return
        sitting = self._workspace.sitting
        display_set = sitting.display_set(sitting.desk.slots[self._hanging.active])
        volume = self._showing.shelf.get(display_set.uid) if display_set else None
        if display_set is None or display_set.kind is not Kind.VOLUME or not isinstance(volume, Volume):
            return
        study = self._showing.study_of(display_set)
        self.lay_planes(lambda: self._hanging.show_mpr(study, display_set, volume))

    def lay_planes(self, hang: Callable[[], None]) -> None:
        """Let planes lie over the wall until the series are wanted again as they hung."""
        self._showing.remember_looks()
        self.cuts = True
        hang()
        for n in range(3):
            self._showing.hung.emit(n)

    def _leave_cuts(self) -> None:
        if self.cuts:
            self.cuts = False
            self._showing.show_all()

    def _forget_cuts(self, _study: object) -> None:
        self.cuts = False

    def _series(self) -> list[str]:
        current = self._workspace.sitting.current
        return [d.uid for d in current.display_sets if d.kind is not Kind.DOCUMENT] if current else []
