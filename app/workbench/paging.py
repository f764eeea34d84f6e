"""Reads what is scrolled to and has not been read yet: one picture of a stack, one loop of a cine stack."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.read import read_cine, read_picture
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import Picture


class Paging(QObject):
    """Answers a view that needs a picture. Asks for none twice."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging, self._showing = services, hanging, showing
        self._asked: set[tuple[str, int]] = set()
        hanging.picture_needed.connect(self._read_one)

    def _read_one(self, slot: int, uid: str, index: int) -> None:
        """A picture that has not been read yet; of a cine stack, the loop at another slice position."""
        display_set = self._services.workspace.sitting.display_set(uid)
        if display_set is None or (uid, index) in self._asked:
            return
        self._asked.add((uid, index))
        if display_set.kind is Kind.CINE_STACK:
            self._read_loop(slot, display_set, index)
            return
        job = self._services.quiet.run(
            f"Picture {index + 1} of {display_set.title}",
            lambda _report: read_picture(display_set, index),
            then=partial(self._one_arrived, slot, display_set, index),
            otherwise=self._services.messages.show,
        )
        job.ended.connect(lambda: self._asked.discard((uid, index)))

    def _read_loop(self, slot: int, display_set: DisplaySet, position: int) -> None:
        study = self._showing.study_of(display_set)
        job = self._services.jobs.run(
            f"Reading slice {position + 1} of {display_set.title}",
            lambda report: read_cine(display_set, report, position=position),
            then=lambda cine: self._hanging.show_cine(slot, study, display_set, cine, position),
            otherwise=self._services.messages.show,
        )
        job.ended.connect(lambda: self._asked.discard((display_set.uid, position)))

    def _one_arrived(self, slot: int, display_set: DisplaySet, index: int, picture: Picture) -> None:
        """Put it into the stack, unless the whole series has come meanwhile."""
        if (
            self._showing.hangs_at(slot) == display_set.uid
            and self._showing.shelf.get(display_set.uid) is None
        ):
            self._hanging.show_picture(slot, self._showing.study_of(display_set), display_set, picture, index)
