"""Three planes and 3-D of one volume, over the series of the wall for as long as the reader wants them."""

from __future__ import annotations

from collections.abc import Callable

from app.layouts import Arrangement
from app.viewer.hanging import Hanging
from app.workbench.showing import Showing
from app.workspace import Workspace
from inference.imaging.study import Kind
from inference.imaging.volume import Volume


class Cutting:
    """Lays planes as the workspace says; coming and going, they are a step like every other."""

    def __init__(self, workspace: Workspace, hanging: Hanging, showing: Showing) -> None:
        self._workspace, self._hanging, self._showing = workspace, hanging, showing
        self._awaited = ""  # display set uid of planes that are laid when their volume is read
        workspace.planes_changed.connect(self._follow)
        showing.hung.connect(self._lay_awaited)

    @property
    def is_on(self) -> bool:
        """Whether three planes of one volume lie over the series."""
        return bool(self._workspace.sitting.desk.planes)

    def toggle(self) -> None:
        """Three planes and 3-D of the chosen volume, or the series as they hung."""
        uid = self._workspace.sitting.desk.slots[self._hanging.active]
        if self.is_on:
            self.cut("")
        elif self._volume(uid) is not None:
            self.cut(uid)

    def cut(self, uid: str) -> None:
        """Lay the planes of a display set over the series as one step; none for an empty uid."""
        desk = self._workspace.sitting.desk
        title = "Three planes and 3-D" if uid else "Show series again"
        arrangement = Arrangement(desk.layout, desk.slots, desk.manners, desk.further, uid)
        self._workspace.arrange(arrangement, title)

    def lay_planes(self, hang: Callable[[], None]) -> None:
        """Let planes lie over the wall until the series are wanted again as they hung."""
        self._showing.remember_looks()
        hang()
        for n in range(3):
            self._showing.hung.emit(n)

    def _follow(self, uid: str) -> None:
        """The planes that the workspace names, as soon as their volume is here; or the series."""
        self._awaited = uid
        if uid:
            self._lay_awaited()
        else:
            self._showing.show_all()

    def _lay_awaited(self, _slot: int = 0) -> None:
        display_set = self._workspace.sitting.display_set(self._awaited)
        volume = self._volume(self._awaited)
        if display_set is not None and volume is not None:
            self._awaited = ""
            study = self._showing.study_of(display_set)
            self.lay_planes(lambda: self._hanging.show_mpr(study, display_set, volume))

    def _volume(self, uid: str) -> Volume | None:
        """The voxels of a display set that is a volume, if they are here. A loop is laid with its phases."""
        display_set = self._workspace.sitting.display_set(uid)
        pixels = self._showing.shelf.get(uid) if display_set is not None else None
        is_volume = display_set is not None and display_set.kind is Kind.VOLUME
        return pixels if is_volume and isinstance(pixels, Volume) else None
