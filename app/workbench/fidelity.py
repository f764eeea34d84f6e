"""Says on every picture what it lost when it was compressed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.fidelity import compression_of
from inference.imaging.study import DisplaySet


class Fidelity(QObject):
    """Asks the first file of each series that hangs, once; the files of a series are compressed alike."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._known: dict[str, str] = {}  # words by display set uid
        self._asked: set[str] = set()
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)
        services.workspace.current_changed.connect(self._forget)

    def _forget(self, _study: object) -> None:
        self._known.clear()
        self._asked.clear()

    def _dress(self, _slot: int = 0) -> None:
        for view in self._hanging.slice_views():
            uid = view.exhibit.display_set_uid
            view.furniture.fidelity = self._known.get(uid, "")
            shown = self._services.workspace.sitting.display_set(uid)
            if shown is not None and uid not in self._asked:
                self._asked.add(uid)
                self._ask(shown)

    def _ask(self, shown: DisplaySet) -> None:
        path, syntax_uid = shown.first.path, shown.first.transfer_syntax_uid
        self._services.quiet.run(
            f"Compression of {shown.title}",
            lambda _report: compression_of(path, syntax_uid),
            then=partial(self._take, shown.uid),
            otherwise=lambda _error: None,  # the picture itself says what is wrong with its file
        )

    def _take(self, uid: str, words: str) -> None:
        self._known[uid] = words
        for view in self._hanging.slice_views():
            if view.exhibit.display_set_uid == uid:
                view.furniture.fidelity = words
                view.update()
