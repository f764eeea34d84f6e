"""What viewports do together, each action by its own switch."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.viewer.linked_actions import LinkedActions
from app.workspace import Workspace


class Linking(QObject):
    """Zoom and pan, windows, spaces joined by hand, reference lines. Scrolling is in `Arranging`."""

    def __init__(self, workspace: Workspace, hanging: Hanging) -> None:
        super().__init__()
        self._workspace, self._hanging = workspace, hanging
        self.actions = LinkedActions(hanging.slice_views, hanging.together)
        hanging.look_changed.connect(self._follow)

    @property
    def references(self) -> bool:
        """Whether lines show where other viewports cut."""
        return self._hanging.together.show_references

    @property
    def several(self) -> bool:
        """Whether there is more than one viewport to link."""
        return len(self._hanging.slice_views()) > 1

    @property
    def place(self) -> bool:
        """Whether zoom and pan are linked, both."""
        return self.actions.zoom and self.actions.pan

    def toggle_place(self) -> None:
        """The same millimetres in the middle, at the same scale; or neither."""
        self.actions.zoom = self.actions.pan = not self.place
        self._follow(self._hanging.active)

    def toggle_zoom(self) -> None:
        """The same scale."""
        self.actions.zoom = not self.actions.zoom
        self._follow(self._hanging.active)

    def toggle_pan(self) -> None:
        """The same millimetres in the middle."""
        self.actions.pan = not self.actions.pan
        self._follow(self._hanging.active)

    def toggle_window(self) -> None:
        """The same window for the same kind of values."""
        self.actions.window = not self.actions.window
        self._workspace.windows_together = self.actions.window
        self._follow(self._hanging.active)

    def toggle_held(self) -> None:
        """Let series of different spaces go together from where they stand now."""
        self.actions.toggle_held(self._hanging.slice_view(self._hanging.active))

    def toggle_references(self) -> None:
        """Show or hide where other viewports cut."""
        together = self._hanging.together
        together.show_references = not together.show_references
        together.refer(self._hanging.slice_view(self._hanging.active) if self.several else None)

    def hide_crosshair(self) -> None:
        """Take the crosshair off all pictures."""
        self._hanging.together.hide_crosshair()

    def _follow(self, slot: int, _look: object = None) -> None:
        view = self._hanging.slice_view(slot)
        if view is not None:
            self.actions.follow(view)
