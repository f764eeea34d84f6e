"""The latest prior beside a study that is opened, by itself: pictures only, no model is run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.comparison import best_pair
from app.library.values import StudyEntry
from app.workbench.comparing import Comparing
from app.workbench.opening import Opened, read_study
from app.workbench.remembering import LastSitting
from app.workbench.services import Services
from inference.imaging.study import Kind, Study

PRIORS = "place_priors"  # among the texts of the window; anything but "yes" and nothing is no


class PlacingPriors(QObject):
    """Reads the prior on a pool thread and hangs it beside the open study."""

    placed = Signal(str)  # in words, which one
    changed = Signal()

    def __init__(self, services: Services, comparing: Comparing) -> None:
        super().__init__()
        self._services, self._comparing = services, comparing

    @property
    def is_on(self) -> bool:
        """Whether priors come up by themselves."""
        return self._services.remembered.settings.window.get(PRIORS, "yes") == "yes"

    def toggle(self) -> None:
        """Let priors come up by themselves, or only when they are asked for."""
        self._services.remembered.change_window(**{PRIORS: "no" if self.is_on else "yes"})
        self.changed.emit()

    def offer(self, entries: Sequence[StudyEntry]) -> None:
        """Place the latest of the priors found that shows the like, if they are to come up by themselves."""
        current = self._services.workspace.sitting.current
        if self.is_on and current is not None and (uid := alike(entries, current)):
            self._read(uid, current.uid)

    def take_up(self, uid: str) -> None:
        """Show the prior that lay beside the study at the last sitting: compared only if it was."""
        last, current = self._services.remembered.sitting, self._services.workspace.sitting.current
        if last.compared:
            self._comparing.take_up(uid)
        elif current is not None:
            self._read(uid, current.uid, last)

    def _read(self, uid: str, beside: str, like: LastSitting | None = None) -> None:
        self._services.jobs.run(
            "Opening prior study",
            lambda report: read_study(self._services, uid, report),
            then=partial(self._place, beside, like),
            otherwise=self._services.messages.show,
        )

    def _place(self, beside: str, like: LastSitting | None, opened: Opened) -> None:
        """Unless the reader has gone on meanwhile, or the two have no pictures that go together."""
        sitting = self._services.workspace.sitting
        current = sitting.current
        if current is None or current.uid != beside or sitting.prior is not None:
            return
        if go_together(opened.study, current):
            self._comparing.lay_beside(opened, like)
            self.placed.emit(f"Prior of {opened.study.date or 'unknown date'} beside the study")


def go_together(prior: Study, current: Study) -> bool:
    """Whether two studies have pictures to be seen beside each other: volumes of one kind, or radiographs."""
    stills = [{d.modality for d in s.display_sets if d.kind is Kind.STILL} for s in (prior, current)]
    return best_pair(prior, current) is not None or bool(stills[0] & stills[1])


def alike(entries: Sequence[StudyEntry], current: Study) -> str:
    """Uid of the newest prior of one of the modalities of a study whose files are there; empty for none."""
    wanted = {display_set.modality for display_set in current.display_sets}
    fitting = (e for e in entries if wanted & set(e.modalities) and not e.missing and e.uid != current.uid)
    return next((entry.uid for entry in fitting), "")
