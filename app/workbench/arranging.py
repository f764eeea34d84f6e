"""Which series hangs where, and how many viewports there are."""

from __future__ import annotations

from app.layouts import PER_WINDOW, Arrangement, Layout
from app.manner import AS_ACQUIRED
from app.viewer.hanging import Hanging
from app.workspace import Workspace
from inference.imaging.study import Kind


class Arranging:
    """Arranges the wall through the workspace."""

    def __init__(self, workspace: Workspace, hanging: Hanging) -> None:
        self._workspace, self._hanging = workspace, hanging

    @property
    def linked(self) -> bool:
        """Whether viewports scroll together."""
        return self._hanging.together.scroll_together

    def lay_out(self, layout: Layout) -> None:
        """So many viewports in the window of the chosen one; empty ones get series not yet on the wall."""
        desk = self._workspace.sitting.desk
        window = self.window
        laid = desk.with_window_layout(window, layout)
        slots = list(desk.slots)
        rest = [uid for uid in self._series() if uid not in laid.shown]
        for slot in range(PER_WINDOW * window, PER_WINDOW * window + layout.views):
            if not slots[slot] and rest:
                slots[slot] = rest.pop(0)
        self._workspace.lay_out(window, layout, slots)

    @property
    def window(self) -> int:
        """Which window the chosen viewport is in: 0 is the reading window."""
        return min(self._hanging.active // PER_WINDOW, len(self._workspace.sitting.desk.further))

    @property
    def layout(self) -> Layout:
        """Of the window of the chosen viewport."""
        return self._workspace.sitting.desk.layouts[self.window]

    def hang(self, arrangement: Arrangement) -> None:
        """Put series into the viewports of every window."""
        self._workspace.arrange(arrangement)

    def toggle_alone(self) -> None:
        """The chosen viewport alone, or all again."""
        self._hanging.wall.toggle_maximised(self._hanging.active)

    def step_viewport(self, step: int) -> None:
        """Choose the next viewport."""
        numbers = self._hanging.wall.visible_numbers
        here = numbers.index(self._hanging.active) if self._hanging.active in numbers else 0
        chosen = numbers[(here + step) % len(numbers)]
        self._hanging.activate(chosen)
        window = self._hanging.wall.slots[chosen].window()
        if window is not self._hanging.wall.slots[numbers[here]].window():
            window.activateWindow()  # keys go where the eyes go

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
        self._workspace.show(self._hanging.active if slot is None else slot, uid)

    def show_alone(self, uid: str) -> None:
        """One viewport with this series."""
        desk = self._workspace.sitting.desk
        elsewhere = desk.slots[PER_WINDOW:], desk.manners[PER_WINDOW:]
        uids = (uid, *("",) * (PER_WINDOW - 1), *elsewhere[0])
        manners = (*(AS_ACQUIRED,) * PER_WINDOW, *elsewhere[1])
        self._workspace.hang(uids, Layout.ONE, manners)

    def toggle_link(self) -> None:
        """Scroll together, or each alone."""
        self._hanging.together.scroll_together = not self.linked
        for view in self._hanging.slice_views():
            view.update()  # its corner says whether it is linked

    def _series(self) -> list[str]:
        current = self._workspace.sitting.current
        return [d.uid for d in current.display_sets if d.kind is not Kind.DOCUMENT] if current else []
