"""The quiet bar lets a notice go when what it speaks of goes: the study, the series, the picture."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.panels.notice import NoticeBar
from app.viewer.hanging import Hanging
from app.viewer.look import Look
from app.workspace import Workspace


class Noticing(QObject):
    """Watches what is open and what hangs."""

    def __init__(self, workspace: Workspace, hanging: Hanging, notice: NoticeBar) -> None:
        super().__init__()
        self._workspace, self._hanging, self._notice = workspace, hanging, notice
        workspace.slots_changed.connect(self._hung)
        workspace.layout_changed.connect(self._hung)
        hanging.look_changed.connect(self._looked)

    def study_left(self) -> None:
        """The reader asked for something else: what was said of the study before is over."""
        if self._notice.about.is_study or self._notice.about.display_set_uid:
            self._notice.leave()

    def _hung(self, _changed: object = None) -> None:
        """A series that hangs nowhere any more takes along what was said of it."""
        uid = self._notice.about.display_set_uid
        if uid and uid not in self._workspace.sitting.desk.shown:
            self._notice.leave()

    def _looked(self, slot: int, look: Look) -> None:
        """Another picture of the series is shown."""
        about, view = self._notice.about, self._hanging.slice_view(slot)
        if about.picture is None or view is None or view.exhibit.display_set_uid != about.display_set_uid:
            return
        if look.slice_index != about.picture:
            self._notice.leave()
