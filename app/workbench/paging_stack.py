"""Pictures of a stack, one by one: the one that is looked at, and those that the wheel comes to next."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from app.jobs import Job
from app.messages import Subject
from app.viewer.hanging import Hanging
from app.viewer.slicing import PictureSlices
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.read import read_picture
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Picture

AROUND = (1, -1, 2, -2, 3)  # pictures beside the one on show while nobody scrolls, the most likely first
ONWARDS = (1, 2, 3, 4, 5, 6, -1, -2)  # in the direction of scrolling


class StackPaging(QObject):
    """Reads each picture once; what lies ahead is given up when somebody turns back or looks elsewhere."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging, self._showing = services, hanging, showing
        self._jobs: dict[tuple[str, int], Job] = {}  # by display set uid and picture
        self._quietly: set[tuple[str, int]] = set()  # of them, those that were only read ahead
        self._looked: dict[int, tuple[str, int, tuple[int, ...]]] = {}  # by slot: series, picture, way
        hanging.look_changed.connect(lambda slot, _look: self._look_ahead(slot))
        showing.hung.connect(self._look_ahead)
        workspace = services.workspace
        for changed in (workspace.slots_changed, workspace.layout_changed, workspace.current_changed):
            changed.connect(lambda _now: self._give_up_elsewhere())

    def read(self, slot: int, display_set: DisplaySet, index: int, *, quietly: bool = False) -> None:
        """A picture that has not been read yet.

        quietly  one that is read ahead says what is wrong with it only when it is asked for
        """
        name = (display_set.uid, index)
        if not quietly:
            self._quietly.discard(name)
        if name in self._jobs:
            return
        if quietly:
            self._quietly.add(name)
        job = self._jobs[name] = self._services.quiet.run(
            f"Picture {index + 1} of {display_set.title}",
            lambda _report: read_picture(display_set, index),
            then=partial(self._arrived, slot, display_set, index),
            otherwise=partial(self._refuse, name),
        )
        job.ended.connect(partial(self._ended, name))

    def _look_ahead(self, slot: int) -> None:
        """Read what the wheel comes to next in a stack; a volume comes whole by itself."""
        view = self._hanging.slice_view(slot)
        native = view.exhibit.native if view is not None else None
        if view is None or not isinstance(native, PictureSlices):
            return
        uid, here = view.exhibit.display_set_uid, view.look.slice_index
        display_set = self._services.workspace.sitting.display_set(uid)
        if display_set is None or display_set.kind is not Kind.STACK:
            return
        wanted = [here + step for step in self._steps(slot, uid, here)]
        self._give_up(lambda other, index: other == uid and index not in wanted and index != here)
        for index in wanted:
            if 0 <= index < native.count and index not in native.pictures:
                self.read(slot, display_set, index, quietly=True)

    def _steps(self, slot: int, uid: str, here: int) -> tuple[int, ...]:
        """To where the pictures are turned: on, back, or to both sides where the series has just come."""
        before, there, steps = self._looked.get(slot, ("", here, AROUND))
        if before != uid:
            steps = AROUND
        elif there != here:
            steps = ONWARDS if here > there else tuple(-step for step in ONWARDS)
        self._looked[slot] = (uid, here, steps)
        return steps

    def _give_up_elsewhere(self) -> None:
        """Nobody waits for the pictures of a series that hangs no more."""
        shown = self._services.workspace.sitting.desk.shown
        self._give_up(lambda uid, _index: uid not in shown)

    def _give_up(self, idle: Callable[[str, int], bool]) -> None:
        """End what was only read ahead, and is not come to any more; what hangs nowhere is ended as well."""
        for name in [name for name in self._jobs if idle(*name)]:
            if name in self._quietly or name[0] not in self._services.workspace.sitting.desk.shown:
                self._quietly.discard(name)
                self._jobs.pop(name).cancel()

    def _ended(self, name: tuple[str, int]) -> None:
        job = self._jobs.get(name)
        if job is not None and job.is_over:
            del self._jobs[name]
            self._quietly.discard(name)

    def _refuse(self, name: tuple[str, int], error: Exception) -> None:
        if name not in self._quietly:
            self._services.messages.show(error, Subject(False, *name))

    def _arrived(self, slot: int, display_set: DisplaySet, index: int, picture: Picture) -> None:
        """Put it into the stack, unless the whole series has come meanwhile."""
        hangs, whole = self._showing.hangs_at(slot), self._showing.shelf.get(display_set.uid)
        if hangs == display_set.uid and whole is None:
            self._hanging.show_picture(slot, self._showing.study_of(display_set), display_set, picture, index)
