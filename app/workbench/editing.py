"""Steps back and on again."""

from __future__ import annotations

from app.workspace import Workspace


class Editing:
    """Undo and redo, and whether there is anything to undo or redo."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._titles = ("", "")
        workspace.history_changed.connect(self._note)

    @property
    def can_undo(self) -> bool:
        """There is a step to take back."""
        return bool(self._titles[0])

    @property
    def can_redo(self) -> bool:
        """There is a step to do again."""
        return bool(self._titles[1])

    def undo(self) -> None:
        """Take the last step back."""
        self._workspace.undo()

    def redo(self) -> None:
        """Do again what was undone."""
        self._workspace.redo()

    def _note(self, undo: str, redo: str) -> None:
        self._titles = (undo, redo)
