"""Shows under every loop what its files say about the heart."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.viewer.cine_slices import CineSlices
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.heartbeat import Heartbeat, heartbeat_of
from inference.imaging.study import DisplaySet
from inference.imaging.volume import LoopFacts


class Beating(QObject):
    """Asks the first file of each loop, once; of a cine stack, once for each slice."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._known: dict[tuple[str, int], Heartbeat] = {}  # by display set uid and slice
        self._asked: set[tuple[str, int]] = set()
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)
        services.workspace.current_changed.connect(self._forget)

    def _forget(self, _study: object) -> None:
        self._known.clear()
        self._asked.clear()

    def _dress(self, _slot: int = 0) -> None:
        for view in self._loops():
            key = (view.view.exhibit.display_set_uid, view.position)
            view.show_heartbeat(self._known.get(key, Heartbeat()))
            shown, native = self._services.workspace.sitting.display_set(key[0]), view.view.exhibit.native
            if shown is not None and isinstance(native, CineSlices) and key not in self._asked:
                self._asked.add(key)
                self._ask(shown, native.cine.facts, key)

    def _ask(self, shown: DisplaySet, loop: LoopFacts, key: tuple[str, int]) -> None:
        pictures = loop.pictures or tuple(range(len(loop.times_ms)))
        self._services.quiet.run(
            f"Heartbeat of {shown.title}",
            lambda _report: heartbeat_of(shown, pictures, loop.times_ms),
            then=partial(self._take, key),
            otherwise=lambda _error: None,  # the picture itself says what is wrong with its file
        )

    def _take(self, key: tuple[str, int], beat: Heartbeat) -> None:
        self._known[key] = beat
        for view in self._loops():
            if (view.view.exhibit.display_set_uid, view.position) == key:
                view.show_heartbeat(beat)

    def _loops(self) -> list[CineView]:
        return [slot.view for slot in self._hanging.wall.slots if isinstance(slot.view, CineView)]
