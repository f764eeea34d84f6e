"""Brings the pixels of what hangs onto the wall: one picture at once, then the whole series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.jobs import Job
from app.manner import AS_ACQUIRED, Manner
from app.messages import message_of
from app.viewer.hanging import Hanging
from app.viewer.look import Cut, Look, Plane
from app.viewer.manners import hang_volume
from app.viewer.slice_view import SliceView
from app.viewer.slot import EMPTY, FREE
from app.workbench.services import Services
from app.workbench.shelf import Shelf
from app.workbench.wholes import Wholes
from inference.imaging.read import read_picture
from inference.imaging.study import DisplaySet, Kind, Study
from inference.imaging.volume import Cine, Picture, Volume


class Showing(QObject):
    """Keeps the wall as the workspace says. Reads pixels on pool threads."""

    hung = Signal(int)  # a slot whose view was made anew

    def __init__(self, services: Services, hanging: Hanging) -> None:
        super().__init__()
        self._services = services
        self._workspace = services.workspace
        self._hanging = hanging
        self.shelf = Shelf()
        self._on_wall: dict[int, tuple[str, Manner]] = {}
        self._reading: dict[int, Job] = {}  # first pictures, by slot
        self._wholes = Wholes(services, self._whole_arrived, self._refuse)
        self._begin_at: Mapping[str, int] = {}
        self._looks: dict[str, Look] = {}  # as each series was left, by display set uid
        self._workspace.current_changed.connect(self._clear)
        self._workspace.slots_changed.connect(self._hang_slots)
        self._workspace.manners_changed.connect(self._hang_slots)
        self._workspace.layout_changed.connect(self._lay_out)
        self._workspace.further_changed.connect(self._lay_out)
        self._workspace.chosen_slot_changed.connect(hanging.activate)
        hanging.activated.connect(self._workspace.choose_slot)
        hanging.wall.renumbered.connect(self._forget_from)

    def begin_at(self, slices: Mapping[str, int]) -> None:
        """Show these slices first, by display set uid or `place_key`; otherwise the middle one."""
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
        self._lay_out()

    def _forget_from(self, first: int) -> None:
        """The slots from here on hold nothing any more."""
        self._on_wall = {slot: hung for slot, hung in self._on_wall.items() if slot < first}

    def hangs_at(self, slot: int) -> str:
        """Uid of the display set that a viewport shows or is about to show."""
        return self._on_wall.get(slot, ("", AS_ACQUIRED))[0]

    def study_of(self, display_set: DisplaySet) -> Study:
        """The open study that a display set belongs to."""
        return next(s for s in self._workspace.sitting.studies if s.uid == display_set.study_uid)

    def _clear(self, study: Study | None) -> None:
        """Nothing of the study before stays on the wall, not even behind another viewport."""
        self._on_wall.clear()
        for slot in range(len(self._hanging.wall.slots)):
            self._hanging.say(slot, "" if study else EMPTY)
        self._arrange_panes()

    def _lay_out(self, _layout: object = None) -> None:
        """Let go of what is on no screen any more, and hang the rest."""
        self._arrange_panes()
        shown = self._workspace.sitting.desk.numbers
        for slot in range(len(self._hanging.wall.slots)):
            if slot not in shown:
                self._on_wall.pop(slot, None)
                self._hanging.say(slot, "")
        self._hang_slots()

    def _arrange_panes(self) -> None:
        """As many as there are windows: one that is about to come is laid out when it is there."""
        panes = self._hanging.wall.panes
        for window, layout in enumerate(self._workspace.sitting.desk.layouts[: len(panes)]):
            self._hanging.set_layout(layout, window)

    def _hang_slots(self, _changed: object = None) -> None:
        """The chosen slot first: its picture is the one waited for."""
        self.remember_looks()
        desk, chosen = self._workspace.sitting.desk, self._workspace.sitting.chosen_slot
        there = [slot for slot in desk.numbers if slot < len(self._hanging.wall.slots)]
        for slot in sorted(there, key=lambda n: n != chosen):
            wanted = (desk.slots[slot], desk.manners[slot])
            if self._on_wall.get(slot) != wanted:
                self._hang(slot, *wanted)
        self._wholes.keep_only({uid for uid, _ in self._on_wall.values()})

    def _hang(self, slot: int, uid: str, manner: Manner) -> None:
        self._on_wall[slot] = (uid, manner)
        if job := self._reading.pop(slot, None):
            job.cancel()
        display_set = self._workspace.sitting.display_set(uid)
        if display_set is None:
            self._hanging.say(slot, EMPTY if self._workspace.sitting.current is None else FREE)
        elif (pixels := self.shelf.get(uid)) is not None:
            self._hang_whole(slot, display_set, pixels)
        else:
            self._hanging.say(slot, f"Reading {display_set.title}…")
            self._read(slot, display_set, manner)

    def _read(self, slot: int, display_set: DisplaySet, manner: Manner) -> None:
        """One picture at once; of what is cut or shown in 3-D, a picture as acquired would only mislead."""
        if manner.view.needs_volume and display_set.kind is Kind.VOLUME:
            self._wholes.read(display_set)
            return
        first = min(self._begin_at.get(display_set.uid, display_set.shape[0] // 2), display_set.shape[0] - 1)
        self._reading[slot] = self._services.quiet.run(
            f"First picture of {display_set.title}",
            lambda _report: read_picture(display_set, first),
            then=partial(self._hang_first, slot, display_set, first),
            otherwise=partial(self._first_failed, slot, display_set),
        )

    def _hang_first(self, slot: int, display_set: DisplaySet, index: int, picture: Picture) -> None:
        if self.hangs_at(slot) != display_set.uid or self.shelf.get(display_set.uid) is not None:
            return
        self._hanging.show_picture(slot, self.study_of(display_set), display_set, picture, index)
        self.hung.emit(slot)
        self._wholes.read_soon(display_set)

    def _first_failed(self, slot: int, display_set: DisplaySet, error: Exception) -> None:
        """One bad picture does not hide the series: the whole of it is still tried."""
        if display_set.shape[0] > 1:
            self._wholes.read(display_set)
        elif self.hangs_at(slot) == display_set.uid:
            self._refuse(display_set, error)

    def _whole_arrived(self, display_set: DisplaySet, pixels: Volume | Cine) -> None:
        self.shelf.keep(display_set.uid, pixels)
        for slot in self._slots_of(display_set):
            self._hang_whole(slot, display_set, pixels)

    def _slots_of(self, display_set: DisplaySet) -> list[int]:
        """Where a series hangs or is about to hang."""
        return [slot for slot in self._on_wall if self.hangs_at(slot) == display_set.uid]

    def _hang_whole(self, slot: int, display_set: DisplaySet, pixels: Volume | Cine) -> None:
        """Put the whole series where its first picture was, under the same look."""
        manner = self._on_wall.get(slot, ("", AS_ACQUIRED))[1]
        study = self.study_of(display_set)
        if not isinstance(pixels, Volume):
            self._hanging.show_cine(slot, study, display_set, pixels)
        elif manner.is_plain:
            look = self._look_before(slot, display_set)
            made = self._hanging.show_volume(slot, study, display_set, pixels)
            if look is not None:
                made.set_look(_on_volume(look, made))
        else:
            view = hang_volume(self._hanging, slot, study, display_set, pixels, manner=manner)
            if isinstance(view, SliceView):
                place = self._begin_at.get(place_key(display_set.uid, view.look.plane))
                view.adjust(slice_index=view.look.slice_index if place is None else place)
        self.hung.emit(slot)

    def _look_before(self, slot: int, display_set: DisplaySet) -> Look | None:
        """Of the first picture, which hangs there; else as the series was left."""
        view = self._hanging.view(slot)
        if isinstance(view, SliceView) and _shows(view, display_set):
            return view.look
        return self._looks.get(display_set.uid)

    def _refuse(self, display_set: DisplaySet, error: Exception) -> None:
        """Say why in every viewport that waited for the series."""
        message = message_of(error)
        for slot in self._slots_of(display_set):
            self._hanging.say(slot, f"{message.sentence}\n{message.hint}", is_error=True)
        self._services.messages.show(error)


def place_key(display_set_uid: str, plane: Cut) -> str:
    """Names the slice on show of one series in one plane, for what is found again after a restart."""
    return display_set_uid if plane is Plane.NATIVE else f"{display_set_uid}|{plane}"


def _shows(view: SliceView, display_set: DisplaySet) -> bool:
    """As acquired: a view that cuts the volume otherwise has another look."""
    return view.exhibit.display_set_uid == display_set.uid and view.look.plane is Plane.NATIVE


def _on_volume(look: Look, view: SliceView) -> Look:
    """The look of the first picture, within the volume that took its place."""
    return replace(look, slice_index=min(look.slice_index, view.slices.count - 1))
