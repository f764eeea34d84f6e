"""From study to study down the list, as it is searched and sorted, without going back to it."""

from __future__ import annotations

from app.panels.studies import StudiesPanel
from app.workbench.opening import Opening
from app.workspace import Workspace


class Worklist:
    """Reads the list that is shown; opens the neighbour of the open study."""

    def __init__(self, workspace: Workspace, studies: StudiesPanel, opening: Opening) -> None:
        self._workspace, self._studies, self._opening = workspace, studies, opening

    def has(self, step: int) -> bool:
        """Whether there is a study to go to."""
        return self._at(step) != ""

    def step(self, step: int) -> None:
        """Open the study that stands `step` lines below the open one; without one, the first of the list."""
        if uid := self._at(step):
            self._opening.open_study(uid)

    def _at(self, step: int) -> str:
        uids = [entry.uid for entry in self._studies.shown]
        current = self._workspace.sitting.current
        if current is None or current.uid not in uids:
            return uids[0] if uids else ""
        place = uids.index(current.uid) + step
        return uids[place] if 0 <= place < len(uids) else ""
