"""What hangs on the wall or is about to hang, slot by slot, and how each series was looked at."""

from __future__ import annotations

from collections.abc import Mapping

from app.loops import middle_position
from app.manner import AS_ACQUIRED, Manner
from app.viewer.hanging import Hanging
from app.viewer.look import Cut, Look, Plane
from app.viewer.slice_view import SliceView
from app.viewer.turned_planes import stands_for
from app.workbench.shelf import Shelf
from inference.imaging.study import DisplaySet, Kind


class OnWall:
    """Which display set each slot shows or waits for, and in which manner."""

    def __init__(self) -> None:
        self._hung: dict[int, tuple[str, Manner]] = {}

    def put(self, slot: int, uid: str, manner: Manner) -> None:
        """A slot is to show this."""
        self._hung[slot] = (uid, manner)

    def holds(self, slot: int, uid: str, manner: Manner) -> bool:
        """Whether a slot shows just this already."""
        return self._hung.get(slot) == (uid, manner)

    def uid_at(self, slot: int) -> str:
        """What a slot shows; empty for nothing."""
        return self._hung.get(slot, ("", AS_ACQUIRED))[0]

    def manner_at(self, slot: int) -> Manner:
        """How it shows it."""
        return self._hung.get(slot, ("", AS_ACQUIRED))[1]

    def slots_of(self, uid: str) -> list[int]:
        """Where a display set hangs or is about to hang."""
        return [slot for slot, (hung, _) in self._hung.items() if hung == uid]

    @property
    def uids(self) -> set[str]:
        """All that hangs."""
        return {uid for uid, _ in self._hung.values()}

    def take_down(self, slot: int) -> None:
        """A slot shows nothing any more."""
        self._hung.pop(slot, None)

    def keep_below(self, first: int) -> None:
        """The slots from here on hold nothing any more."""
        self._hung = {slot: hung for slot, hung in self._hung.items() if slot < first}

    def clear(self) -> None:
        """Nothing hangs."""
        self._hung.clear()


class LooksLeft:
    """The slice that each series begins with, and the look under which it was left."""

    def __init__(self, hanging: Hanging, shelf: Shelf) -> None:
        self._hanging, self._shelf = hanging, shelf
        self._begin_at: Mapping[str, int] = {}
        self._looks: dict[str, Look] = {}  # by display set uid

    def begin_at(self, slices: Mapping[str, int]) -> None:
        """Show these slices first, by display set uid or `place_key`; otherwise the middle one."""
        self._begin_at = slices
        self._looks.clear()

    def first_of(self, display_set: DisplaySet) -> int:
        """The picture to read first; of loops, the one that they begin with."""
        if display_set.kind in (Kind.CINE, Kind.CINE_STACK):
            return middle_position(display_set) * display_set.phases
        count = display_set.shape[0]
        return min(self._begin_at.get(display_set.uid, count // 2), count - 1)

    def place_in(self, uid: str, view: SliceView) -> int:
        """The slice to show of one series in the plane of a view."""
        return self._begin_at.get(place_key(uid, view.look.plane), view.look.slice_index)

    def remember(self) -> None:
        """Keep how each whole series is looked at now, before something else takes its place."""
        for view in self._hanging.slice_views():
            uid = view.exhibit.display_set_uid
            if view.look.plane is Plane.NATIVE and self._shelf.get(uid) is not None:
                self._looks[uid] = view.look

    def before(self, slot: int, display_set: DisplaySet) -> Look | None:
        """Of the first picture, which hangs there; else as the series was left."""
        view = self._hanging.view(slot)
        if isinstance(view, SliceView) and _shows(view, display_set):
            return view.look
        return self._looks.get(display_set.uid)


def place_key(display_set_uid: str, plane: Cut) -> str:
    """Names the slice on show of one series in one plane, for what is found again after a restart."""
    plane = stands_for(plane)
    return display_set_uid if plane is Plane.NATIVE else f"{display_set_uid}|{plane}"


def _shows(view: SliceView, display_set: DisplaySet) -> bool:
    """As acquired: a view that cuts the volume otherwise has another look."""
    return view.exhibit.display_set_uid == display_set.uid and view.look.plane is Plane.NATIVE
