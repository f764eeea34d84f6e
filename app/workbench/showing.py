"""Brings the pixels of what hangs onto the wall: one picture at once, then the whole series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from app.desk import Desk
from app.loops import position_of
from app.manner import Manner
from app.messages import Subject, message_of
from app.viewer.hanging import Hanging
from app.viewer.look import Look
from app.viewer.manners import hang_volume
from app.viewer.reel import Reel
from app.viewer.slice_view import SliceView
from app.viewer.slot import EMPTY, FREE, NO_PICTURES
from app.workbench.firsts import Firsts
from app.workbench.on_wall import LooksLeft, OnWall
from app.workbench.reading_ahead import ReadingAhead
from app.workbench.services import Services
from app.workbench.shelf import Shelf, Whole
from app.workbench.wholes import Wholes
from inference.imaging.study import DisplaySet, Kind, Study
from inference.imaging.volume import Picture, Volume


class Showing(QObject):
    """Keeps the wall as the workspace says. Reads pixels on pool threads."""

    hung = Signal(int)  # a slot whose view was made anew

    def __init__(self, services: Services, hanging: Hanging) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._workspace = services.workspace
        self.shelf = Shelf()
        self._wall = OnWall()
        self._looks = LooksLeft(hanging, self.shelf)
        self._firsts = Firsts(services, self._hang_first, self._first_failed)
        self.ahead = ReadingAhead(services)
        self._wholes = Wholes(services, self._whole_arrived, self._refuse)
        self._workspace.current_changed.connect(self._clear)
        self._workspace.slots_changed.connect(self._hang_slots)
        self._workspace.manners_changed.connect(self._hang_slots)
        self._workspace.layout_changed.connect(self._lay_out)
        self._workspace.further_changed.connect(self._lay_out)
        self._workspace.chosen_slot_changed.connect(hanging.activate)
        hanging.activated.connect(self._workspace.choose_slot)
        hanging.wall.renumbered.connect(self._wall.keep_below)

    def begin_at(self, slices: Mapping[str, int]) -> None:
        """Show these slices first, by display set uid or `place_key`; otherwise the middle one."""
        self._looks.begin_at(slices)

    def remember_looks(self) -> None:
        """Keep how each series is looked at now, before something else takes its place."""
        self._looks.remember()

    def show_all(self) -> None:
        """Hang everything anew, as after three planes of one series."""
        self._wall.clear()
        self._lay_out()

    def hangs_at(self, slot: int) -> str:
        """Uid of the display set that a viewport shows or is about to show."""
        return self._wall.uid_at(slot)

    def study_of(self, display_set: DisplaySet) -> Study:
        """The open study that a display set belongs to."""
        return next(s for s in self._workspace.sitting.studies if s.uid == display_set.study_uid)

    def _clear(self, study: Study | None) -> None:
        """Nothing of the study before stays on the wall, not even behind another viewport."""
        self._wall.clear()
        words = empty_words(study)
        for slot in range(len(self._hanging.wall.slots)):
            self._hanging.say(slot, "" if words == FREE else words)  # something is about to hang
        _arrange_panes(self._hanging, self._workspace.sitting.desk)

    def _lay_out(self, _layout: object = None) -> None:
        """Let go of what is on no screen any more, and hang the rest."""
        desk = self._workspace.sitting.desk
        _arrange_panes(self._hanging, desk)
        for slot in range(len(self._hanging.wall.slots)):
            if slot not in desk.numbers:
                self._wall.take_down(slot)
                self._hanging.say(slot, "")
        self._hang_slots()

    def _hang_slots(self, _changed: object = None) -> None:
        """The chosen slot first: its picture is the one waited for."""
        self._looks.remember()
        desk, chosen = self._workspace.sitting.desk, self._workspace.sitting.chosen_slot
        there = [slot for slot in desk.numbers if slot < len(self._hanging.wall.slots)]
        for slot in sorted(there, key=lambda n: n != chosen):
            wanted = (desk.slots[slot], desk.manners[slot])
            if not self._wall.holds(slot, *wanted):
                self._hang(slot, *wanted)
        self._wholes.keep_only(self._wall.uids)
        self.ahead.keep_only(self._wall.uids)

    def _hang(self, slot: int, uid: str, manner: Manner) -> None:
        self._wall.put(slot, uid, manner)
        self._firsts.stop(slot)
        display_set = self._workspace.sitting.display_set(uid)
        if display_set is None:
            self._hanging.say(slot, empty_words(self._workspace.sitting.current))
        elif (pixels := self.shelf.get(uid)) is not None:
            self._hang_whole(slot, display_set, pixels)
        else:
            self._hanging.say(slot, f"Reading {display_set.title}…")
            self._read(slot, display_set, manner)

    def _read(self, slot: int, display_set: DisplaySet, manner: Manner) -> None:
        """One picture at once; of what is cut or shown in 3-D, a picture as acquired would only mislead."""
        if manner.view.needs_volume and display_set.kind is Kind.VOLUME:
            self._wholes.read(display_set)
        else:
            self._firsts.read(slot, display_set, self._looks.first_of(display_set))

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

    def _whole_arrived(self, display_set: DisplaySet, pixels: Whole) -> None:
        self.shelf.keep(display_set.uid, pixels)
        if isinstance(pixels, Reel):
            self.ahead.attend(display_set, pixels)
        for slot in self._wall.slots_of(display_set.uid):
            self._hang_whole(slot, display_set, pixels)

    def _hang_whole(self, slot: int, display_set: DisplaySet, pixels: Whole) -> None:
        """Put the whole series where its first picture was, under the same look."""
        manner, study = self._wall.manner_at(slot), self.study_of(display_set)
        if not isinstance(pixels, Volume):
            self._hanging.show_cine(slot, study, display_set, pixels, position_of(display_set, pixels.facts))
        elif manner.is_plain:
            look = self._looks.before(slot, display_set)
            made = self._hanging.show_volume(slot, study, display_set, pixels)
            if look is not None:
                made.set_look(_on_volume(look, made))
        else:
            view = hang_volume(self._hanging, slot, study, display_set, pixels, manner=manner)
            if isinstance(view, SliceView):
                view.adjust(slice_index=self._looks.place_in(display_set.uid, view))
        self.hung.emit(slot)

    def _refuse(self, display_set: DisplaySet, error: Exception) -> None:
        """Say why in every viewport that waited for the series."""
        message = message_of(error)
        for slot in self._wall.slots_of(display_set.uid):
            self._hanging.say(slot, f"{message.sentence}\n{message.hint}", is_error=True)
        self._services.messages.show(error, Subject(display_set_uid=display_set.uid))


def empty_words(study: Study | None) -> str:
    """What an empty viewport says: what to do next."""
    if study is None:
        return EMPTY
    bare = all(d.kind is Kind.DOCUMENT for d in study.display_sets)
    return NO_PICTURES if bare else FREE


def _arrange_panes(hanging: Hanging, desk: Desk) -> None:
    """As many as there are windows: one that is about to come is laid out when it is there."""
    for window, layout in enumerate(desk.layouts[: len(hanging.wall.panes)]):
        hanging.set_layout(layout, window)


def _on_volume(look: Look, view: SliceView) -> Look:
    """The look of the first picture, within the volume that took its place."""
    return replace(look, slice_index=min(look.slice_index, view.slices.count - 1))
