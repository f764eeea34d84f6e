"""Brings the pixels of what hangs onto the wall: one picture at once, then the whole series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.desk import SLOTS, Layout
from app.jobs import Job
from app.messages import message_of
from app.viewer.hanging import Hanging
from app.viewer.look import Look, Plane
from app.viewer.slice_view import SliceView
from app.viewer.slot import EMPTY
from app.workbench.services import Services
from app.workbench.shelf import Shelf
from inference.imaging.read import read_cine, read_picture, read_volume
from inference.imaging.study import DisplaySet, Kind, Study
from inference.imaging.volume import Cine, Picture, Volume

LOOPS = (Kind.CINE, Kind.CINE_STACK)


class Showing(QObject):
    """Keeps the wall as the workspace says. Reads pixels on pool threads."""

    hung = Signal(int)  # a slot whose view was made anew

    def __init__(self, services: Services, hanging: Hanging) -> None:
        super().__init__()
        self._services = services
        self._workspace = services.workspace
        self._hanging = hanging
        self.shelf = Shelf()
        self._on_wall: dict[int, str] = {}
        self._reading: dict[int, Job] = {}
        self._begin_at: Mapping[str, int] = {}
        self._looks: dict[str, Look] = {}  # as each series was left, by display set uid
        self._workspace.current_changed.connect(self._clear)
        self._workspace.slots_changed.connect(self._hang_slots)
        self._workspace.layout_changed.connect(self._lay_out)
        self._workspace.chosen_slot_changed.connect(hanging.activate)
        hanging.activated.connect(self._workspace.choose_slot)

    def begin_at(self, slices: Mapping[str, int]) -> None:
        """Show these slices first, by display set uid; otherwise the middle one."""
        self._begin_at = slices
        self._looks.clear()

    def remember_looks(self) -> None:
        """Keep how each series is looked at now, before something else takes its place."""
        for view in self._hanging.slice_views():
            if view.look.plane is Plane.NATIVE and self.shelf.get(view.exhibit.display_set_uid) is not None:
                self._looks[view.exhibit.display_set_uid] = view.look

    def show_all(self) -> None:
        """Hang everything anew, as after three planes of one series."""
        self._on_wall.clear()
        self._lay_out(self._workspace.sitting.desk.layout)

    def hangs_at(self, slot: int) -> str:
        """Uid of the display set that a viewport shows or is about to show."""
        return self._on_wall.get(slot, "")

    def study_of(self, display_set: DisplaySet) -> Study:
        """The open study that a display set belongs to."""
        return next(s for s in self._workspace.sitting.studies if s.uid == display_set.study_uid)

    def _clear(self, study: Study | None) -> None:
        """Nothing of the study before stays on the wall, not even behind another viewport."""
        self._on_wall.clear()
        for slot in range(SLOTS):
            self._hanging.say(slot, "" if study else EMPTY)
        self._hanging.set_layout(self._workspace.sitting.desk.layout)

    def _lay_out(self, layout: Layout) -> None:
        self._hanging.set_layout(layout)
        for slot in range(layout.views, SLOTS):
            self._on_wall.pop(slot, None)
            self._hanging.say(slot, "")
        self._hang_slots(self._workspace.sitting.desk.slots)

    def _hang_slots(self, uids: Sequence[str]) -> None:
        """The chosen slot first: its picture is the one waited for."""
        self.remember_looks()
        chosen = self._workspace.sitting.chosen_slot
        for slot in sorted(range(self._workspace.sitting.desk.layout.views), key=lambda n: n != chosen):
            if self._on_wall.get(slot) != uids[slot]:
                self._hang(slot, uids[slot])

    def _hang(self, slot: int, uid: str) -> None:
        self._on_wall[slot] = uid
        if job := self._reading.pop(slot, None):
            job.cancel()
        display_set = self._workspace.sitting.display_set(uid)
        if display_set is None:
            self._hanging.say(slot, EMPTY if self._workspace.sitting.current is None else "")
        elif (pixels := self.shelf.get(uid)) is not None:
            self._hang_whole(slot, display_set, pixels)
        else:
            self._hanging.say(slot, f"Reading {display_set.title}…")
            first = min(self._begin_at.get(uid, display_set.shape[0] // 2), display_set.shape[0] - 1)
            self._reading[slot] = self._services.quiet.run(
                f"First picture of {display_set.title}",
                lambda _report: read_picture(display_set, first),
                then=partial(self._hang_first, slot, display_set, first),
                otherwise=partial(self._first_failed, slot, display_set),
            )

    def _hang_first(self, slot: int, display_set: DisplaySet, index: int, picture: Picture) -> None:
        if self._on_wall.get(slot) != display_set.uid:
            return
        self._hanging.show_picture(slot, self.study_of(display_set), display_set, picture, index)
        self.hung.emit(slot)
        self._read_whole(slot, display_set)

    def _first_failed(self, slot: int, display_set: DisplaySet, error: Exception) -> None:
        """One bad picture does not hide the series: the whole of it is still tried."""
        if display_set.shape[0] > 1:
            self._read_whole(slot, display_set)
        else:
            self._refuse(slot, display_set, error)

    def _read_whole(self, slot: int, display_set: DisplaySet) -> None:
        if display_set.kind is not Kind.VOLUME and display_set.kind not in LOOPS:
            return  # a stack is read picture by picture, as it is scrolled
        read = read_cine if display_set.kind in LOOPS else read_volume
        self._reading[slot] = self._services.jobs.run(
            f"Reading {display_set.title}",
            lambda report: read(display_set, report),
            then=partial(self._whole_arrived, slot, display_set),
            otherwise=partial(self._refuse, slot, display_set),
        )

    def _whole_arrived(self, slot: int, display_set: DisplaySet, pixels: Volume | Cine) -> None:
        self.shelf.keep(display_set.uid, pixels)
        if self._on_wall.get(slot) == display_set.uid:
            self._hang_whole(slot, display_set, pixels)

    def _hang_whole(self, slot: int, display_set: DisplaySet, pixels: Volume | Cine) -> None:
        """Put the whole series where its first picture was, under the same look."""
        view = self._hanging.view(slot)
        shown = isinstance(view, SliceView) and _shows(view, display_set)
        look = view.look if isinstance(view, SliceView) and shown else self._looks.get(display_set.uid)
        study = self.study_of(display_set)
        if isinstance(pixels, Volume):
            made = self._hanging.show_volume(slot, study, display_set, pixels)
            if look is not None:
                made.set_look(_on_volume(look, made))
        else:
            self._hanging.show_cine(slot, study, display_set, pixels)
        self.hung.emit(slot)

    def _refuse(self, slot: int, display_set: DisplaySet, error: Exception) -> None:
        if self._on_wall.get(slot) == display_set.uid:
            message = message_of(error)
            self._hanging.say(slot, f"{message.sentence}\n{message.hint}", is_error=True)
        self._services.messages.show(error)


def _shows(view: SliceView, display_set: DisplaySet) -> bool:
    """As acquired: a view that cuts the volume otherwise has another look."""
    return view.exhibit.display_set_uid == display_set.uid and view.look.plane is Plane.NATIVE


def _on_volume(look: Look, view: SliceView) -> Look:
    """The look of the first picture, within the volume that took its place."""
    return replace(look, slice_index=min(look.slice_index, view.slices.count - 1))
