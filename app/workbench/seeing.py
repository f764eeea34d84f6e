"""Which pictures of each series have been seen: long enough on the screen to be looked at."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.viewer.slice_view import SliceView
from app.workbench.showing import Showing
from app.workspace import Workspace

LOOK_MS = 150  # a picture that passes by faster has not been seen


class Seeing(QObject):
    """Keeps the numbers of the pictures that were seen in this sitting, and shows them beside the stack.

    Planes that are cut through a volume show no whole picture, and do not count.
    """

    changed = Signal(str, object)  # display set uid, frozenset of pictures

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._hanging = hanging
        self._seen: dict[str, frozenset[int]] = {}  # by display set uid
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(LOOK_MS)
        self._soon.timeout.connect(self._look)
        hanging.look_changed.connect(lambda *_: self._soon.start())
        showing.hung.connect(lambda *_: self._soon.start())
        hanging.layout_changed.connect(lambda *_: self._soon.start())
        workspace.current_changed.connect(lambda _study: self._seen.clear())

    def seen(self, display_set_uid: str) -> frozenset[int]:
        """The pictures of a series that were seen, counted from 0."""
        return self._seen.get(display_set_uid, frozenset())

    def rest(self) -> None:
        """Look no more: the views are about to go."""
        self._soon.stop()

    def _look(self) -> None:
        """What has stayed on the screen counts."""
        for slot in self._hanging.wall.visible_numbers:
            view, hung = self._hanging.slice_view(slot), self._hanging.view(slot)
            if view is None or not view.isVisible() or view.look.plane is not Plane.NATIVE:
                continue
            picture = view.look.slice_index
            if isinstance(hung, CineView):
                picture += hung.position * hung.playback.times.count
            self._count(view.exhibit.display_set_uid, picture)
            if not isinstance(hung, CineView) and view.slices.count > 1:
                self._show_on(view, view.exhibit.display_set_uid)

    def _count(self, uid: str, picture: int) -> None:
        if uid and picture not in self.seen(uid):
            self._seen[uid] = self.seen(uid) | {picture}
            self.changed.emit(uid, self._seen[uid])

    def _show_on(self, view: SliceView, uid: str) -> None:
        if view.furniture.seen != self.seen(uid):
            view.furniture.seen = self.seen(uid)
            view.update()
