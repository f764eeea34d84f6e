"""Keeps grey-scale windows in the workspace and on the wall the same, so that they can be undone."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.viewer.look import Look
from app.viewer.slice_view import SliceView
from app.viewer.window_presets import default_window
from app.workbench.showing import Showing
from app.workspace import Workspace
from inference.imaging.study import Window


class Windowing(QObject):
    """Notes the reader's windows, and gives them to views that are made anew."""

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._workspace, self._hanging = workspace, hanging
        workspace.windows_changed.connect(self._show)
        hanging.look_changed.connect(self._note)
        showing.hung.connect(self._dress)

    def _dress(self, _slot: int) -> None:
        self._show(self._workspace.sitting.desk.windows)

    def _show(self, windows: Mapping[str, Window]) -> None:
        for view in self._hanging.slice_views():
            uid = view.exhibit.display_set_uid
            if view.look.window != windows.get(uid, default_window(view.exhibit)):
                self._hanging.set_window(uid, windows.get(uid))

    def _note(self, slot: int, look: Look) -> None:
        """A window other than the file asks for is the reader's."""
        view = self._hanging.view(slot)
        if not isinstance(view, SliceView):
            return
        uid = view.exhibit.display_set_uid
        known = self._workspace.sitting.desk.windows.get(uid)
        if known != look.window and (known is not None or look.window != default_window(view.exhibit)):
            self._workspace.set_window(uid, look.window)
