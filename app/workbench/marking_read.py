"""How far the reading of each study has come: by itself as it is opened and reported, by hand otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from app.library.values import StudyEntry
from app.panels.studies import StudiesPanel
from app.reading_status import Reading, ReadStatus
from app.triage import triage_of
from app.workbench.services import Services

if TYPE_CHECKING:
    from app.window import ReadingWindow


class MarkingRead(QObject):
    """Keeps the status of studies, and what models say of the open ones, in the library and on the list."""

    changed = Signal()
    _kept = Signal(str, object)  # study uid, Reading: from the thread that writes

    def __init__(self, services: Services, window: ReadingWindow) -> None:
        super().__init__()
        self._services, self._window = services, window
        self._told: dict[str, Reading] = {}  # of this session, by study uid
        self._kept.connect(self._show, Qt.ConnectionType.QueuedConnection)
        self._list.status_chosen.connect(self.mark_study)
        services.workspace.predictions_changed.connect(self._show_triage)

    @property
    def status(self) -> ReadStatus | None:
        """Of the study in hand; None where there is none."""
        uid = self._in_hand()
        entry = self._list.entry_of(uid) if uid else None
        return entry.reading.status if entry is not None else None

    def mark(self, status: ReadStatus) -> None:
        """Set the status of the study in hand: the chosen line of the study list, else the open study."""
        if uid := self._in_hand():
            self.mark_study(uid, status)

    def mark_study(self, uid: str, status: ReadStatus) -> None:
        """Set the status of a study as the reader says."""
        reader, readings = self._services.remembered.settings.reader, self._services.library.readings
        self._save(uid, lambda: readings.mark(uid, status, reader))

    def opened(self) -> None:
        """Who opens a study that is unread begins to read it."""
        if (current := self._services.workspace.sitting.current) is not None:
            self._advance(current.uid, ReadStatus.IN_PROGRESS)

    def reported(self, uid: str) -> None:
        """A report of the study was saved."""
        self._advance(uid, ReadStatus.REPORTED)

    def listed(self, entries: Sequence[StudyEntry]) -> None:
        """A list that was read before a change was written does not take it back."""
        for entry in entries:
            told = self._told.get(entry.uid)
            if told is not None and told.changed > entry.reading.changed:
                self._list.restate(replace(entry, reading=told))
        self._show_triage()
        self.changed.emit()

    @property
    def _list(self) -> StudiesPanel:
        return self._window.studies

    def _in_hand(self) -> str:
        """Uid of the study that keys act on."""
        if self._window.library_is_shown:
            return self._list.chosen.uid if self._list.chosen is not None else ""
        current = self._services.workspace.sitting.current
        return current.uid if current is not None else ""

    def _advance(self, uid: str, status: ReadStatus) -> None:
        reader, readings = self._services.remembered.settings.reader, self._services.library.readings
        self._save(uid, lambda: readings.advance(uid, status, reader))

    def _save(self, uid: str, write: Callable[[], Reading]) -> None:
        """Write in the order of what was decided; what then holds is shown."""
        self._services.saving.run(lambda: self._kept.emit(uid, write()))

    def _show(self, uid: str, reading: Reading) -> None:
        self._told[uid] = reading
        if (entry := self._list.entry_of(uid)) is not None:
            self._list.restate(replace(entry, reading=reading))
        self.changed.emit()

    def _show_triage(self, _predictions: object = None) -> None:
        """What is known of the open studies now, with the reader's decisions."""
        sitting = self._services.workspace.sitting
        for study in sitting.studies:
            said = [(p.card, p.findings) for p in sitting.predictions if p.study_uid == study.uid]
            entry = self._list.entry_of(study.uid)
            if said and entry is not None:
                self._list.restate(replace(entry, triage=triage_of(said)))
