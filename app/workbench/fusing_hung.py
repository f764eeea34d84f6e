"""Series that a hanging lays over others: fused once their voxels are here, and gone with the hanging."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from app.workbench.fusing import Fusing, Way
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.read import read_volume
from inference.imaging.study import DisplaySet
from inference.imaging.volume import Volume

SAME = "In the same frame of reference"


class FusingHung(QObject):
    """Follows the manners of the viewports; what a reader fused by hand is left alone."""

    def __init__(self, services: Services, showing: Showing, fusing: Fusing) -> None:
        super().__init__()
        self._services, self._showing, self._fusing = services, showing, fusing
        self._hung: dict[str, str] = {}  # uid of the series below -> of the one over it
        self._waiting: dict[str, str] = {}  # likewise, whose voxels are still being read
        workspace = services.workspace
        for moved in (
            workspace.manners_changed,
            workspace.slots_changed,
            workspace.layout_changed,
            workspace.further_changed,
        ):
            moved.connect(self._follow)
        showing.hung.connect(self._go_on)

    def _follow(self, _changed: object = None) -> None:
        """Fuse what the viewports on the screen ask for, and nothing of what they asked for before."""
        desk = self._services.workspace.sitting.desk
        wanted = {desk.slots[n]: desk.manners[n].fused for n in desk.numbers if desk.manners[n].fused}
        self._fusing.bare = frozenset(
            n for n in desk.numbers if desk.slots[n] in wanted and not desk.manners[n].fused
        )
        before, self._hung = self._hung, wanted
        for below, over in before.items():
            if wanted.get(below) != over:
                self._waiting.pop(below, None)
                self._fusing.remove(below)
        for below, over in wanted.items():
            if before.get(below) != over:
                self._begin(below, over)

    def _begin(self, below: str, over: str) -> None:
        """Voxels that hang somewhere are being read already: they are waited for."""
        lower, upper = self._pair(below, over)
        if lower is None or upper is None or not _lie_together(lower, upper):
            return
        self._waiting[below] = over
        sitting = self._services.workspace.sitting
        if self._showing.shelf.get(over) is None and over not in sitting.desk.shown:
            self._services.jobs.run(
                f"Reading {upper.title}",
                lambda report: read_volume(upper, report),
                then=lambda volume: self._arrived(over, volume),
                otherwise=self._services.messages.show,
            )
        self._go_on()

    def _arrived(self, over: str, volume: Volume) -> None:
        self._showing.shelf.keep(over, volume)
        self._go_on()

    def _go_on(self, _slot: int = 0) -> None:
        """Lay what has come meanwhile."""
        for below, over in list(self._waiting.items()):
            volume, (lower, upper) = self._showing.shelf.get(over), self._pair(below, over)
            if lower is None or upper is None:
                del self._waiting[below]
            elif isinstance(volume, Volume):
                del self._waiting[below]
                self._fusing.lay(below, upper, Way(np.eye(4), SAME), volume)

    def _pair(self, below: str, over: str) -> tuple[DisplaySet | None, DisplaySet | None]:
        sitting = self._services.workspace.sitting
        return sitting.display_set(below), sitting.display_set(over)


def _lie_together(one: DisplaySet, other: DisplaySet) -> bool:
    """In one frame of reference, so that nothing has to be aligned."""
    same = one.frame_of_reference_uid == other.frame_of_reference_uid != ""
    return same or one.series_uid == other.series_uid
