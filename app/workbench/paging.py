"""Reads what is scrolled to and has not been read yet: one picture of a stack, one loop of a cine stack."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.messages import Subject
from app.viewer.hanging import Hanging
from app.workbench.paging_stack import StackPaging
from app.workbench.services import Services
from app.workbench.shelf import Shelf
from app.workbench.showing import Showing
from inference.imaging.read import read_cine
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Cine

LOOPS_BYTES = 512 << 20  # of loops at other slices, kept and read ahead


class Paging(QObject):
    """Answers a view that needs a picture. Asks for none twice."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging, self._showing = services, hanging, showing
        self._stacks = StackPaging(services, hanging, showing)
        self._asked: set[tuple[str, int]] = set()
        self._loops = Shelf(LOOPS_BYTES)  # of cine stacks, by display set and slice
        hanging.picture_needed.connect(self._read_one)

    def _read_one(self, slot: int, uid: str, index: int) -> None:
        """A picture that has not been read yet; of a cine stack, the loop at another slice position."""
        display_set = self._services.workspace.sitting.display_set(uid)
        if display_set is not None and display_set.kind is not Kind.CINE_STACK:
            self._stacks.read(slot, display_set, index)
        elif display_set is not None and (uid, index) not in self._asked:
            self._asked.add((uid, index))
            self._read_loop(slot, display_set, index)

    def _failed(self, about: Subject, error: Exception) -> None:
        self._services.messages.show(error, about)

    def _read_loop(self, slot: int, display_set: DisplaySet, position: int) -> None:
        """The loop of another slice: at once where it was read ahead."""
        kept = self._loops.get(_name(display_set, position))
        if isinstance(kept, Cine):
            self._asked.discard((display_set.uid, position))
            self._show_loop(slot, display_set, position, kept)
            return
        job = self._services.jobs.run(
            f"Reading slice {position + 1} of {display_set.title}",
            lambda report: read_cine(display_set, report, position=position),
            then=partial(self._show_loop, slot, display_set, position),
            otherwise=partial(self._failed, Subject(display_set_uid=display_set.uid)),
        )
        job.ended.connect(lambda: self._asked.discard((display_set.uid, position)))

    def _show_loop(self, slot: int, display_set: DisplaySet, position: int, cine: Cine) -> None:
        """Hang it, unless something else hangs there meanwhile, and read its neighbours ahead."""
        self._loops.keep(_name(display_set, position), cine)
        if self._showing.hangs_at(slot) != display_set.uid:
            return
        self._hanging.show_cine(slot, self._showing.study_of(display_set), display_set, cine, position)
        for neighbour in (position + 1, position - 1):
            self._read_ahead(display_set, neighbour)

    def _read_ahead(self, display_set: DisplaySet, position: int) -> None:
        """Quietly: a loop that cannot be read says so when it is asked for."""
        there = 0 <= position < len(display_set.frame_index) // display_set.phases
        if there and self._loops.get(_name(display_set, position)) is None:
            self._services.quiet.run(
                f"Reading ahead in {display_set.title}",
                lambda report: read_cine(display_set, report, position=position),
                then=partial(self._loops.keep, _name(display_set, position)),
            )


def _name(display_set: DisplaySet, position: int) -> str:
    """One slice of a cine stack on the shelf."""
    return f"{display_set.uid}|{position}"
