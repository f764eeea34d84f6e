"""Which pictures of the open studies have been on a screen, so that none is left out by mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from PySide6.QtCore import QObject, QTimer, Signal

from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.workbench.showing import Showing
from app.workspace import Workspace

SOON_MS = 150  # after a picture: scrolling does not wait for a line under a thumbnail


class Viewed(QObject):
    """Counts pictures as they were acquired; planes that are cut through a volume show no whole picture."""

    changed = Signal(str, object)  # display set uid, frozenset of pictures

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._hanging = hanging
        self._seen: defaultdict[str, set[int]] = defaultdict(set)
        self._new: set[str] = set()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._tell)
        workspace.current_changed.connect(self._forget)
        showing.hung.connect(self._note)
        hanging.look_changed.connect(self._note)

    def seen(self, display_set_uid: str) -> Collection[int]:
        """The pictures of a series that were on a screen, counted from 0."""
        return frozenset(self._seen.get(display_set_uid, ()))

    def _note(self, slot: int, _look: object = None) -> None:
        view, hung = self._hanging.slice_view(slot), self._hanging.view(slot)
        if view is None or view.look.plane is not Plane.NATIVE or not view.isVisible():
            return
        picture = view.look.slice_index
        if isinstance(hung, CineView):
            picture += hung.position * hung.playback.times.count
        uid = view.exhibit.display_set_uid
        if picture not in self._seen[uid]:
            self._seen[uid].add(picture)
            self._new.add(uid)
            if not self._soon.isActive():
                self._soon.start()

    def _tell(self) -> None:
        for uid in self._new:
            self.changed.emit(uid, self.seen(uid))
        self._new = set()

    def _forget(self, _study: object) -> None:
        self._seen.clear()
        self._new.clear()
