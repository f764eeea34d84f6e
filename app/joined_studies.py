"""The study list, the card of the open study, imports and exports, joined to those who act on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from app.library.values import ImportSummary, StudyEntry
from app.messages import STUDY
from app.room import Room
from app.window import ReadingWindow
from app.workbench.import_words import import_words
from app.workbench.noticing import Noticing


class JoinedStudies(QObject):
    """Says who hears whom about studies, and shows what came of it."""

    def __init__(self, room: Room, window: ReadingWindow) -> None:
        super().__init__()
        self._room, self._window = room, window
        self._noticing = Noticing(room.workspace, window.hanging, window.notice)
        self._join_window()
        self._join_opening()
        self._join_exports()

    def _join_window(self) -> None:
        """What is dropped, and what is chosen in the panels."""
        window, opening, comparing = self._window, self._room.opening, self._room.comparing
        window.files_dropped.connect(opening.import_paths)
        window.hanging.files_dropped.connect(opening.import_paths)
        window.studies.open_requested.connect(opening.open_study)
        window.studies.prior_requested.connect(comparing.compare)
        window.study.prior_chosen.connect(comparing.compare)
        self._room.similar.open_requested.connect(opening.open_study)

    def _join_opening(self) -> None:
        """Studies that were listed, imported and opened, and their priors."""
        window, room = self._window, self._room
        opening, comparing = room.opening, room.comparing
        comparing.changed.connect(window.show_comparison)
        opening.left.connect(self._noticing.study_left)
        opening.listed.connect(self._show_list)
        opening.imported.connect(self._tell_import)
        opening.several_found.connect(lambda: window.show_library(True))
        opening.about_to_open.connect(lambda last: room.showing.begin_at(last.slices))
        opening.priors_found.connect(self._show_priors)
        opening.opened.connect(room.marking.opened)
        room.workspace.prior_changed.connect(
            lambda prior: window.study.mark_prior(prior.uid if prior else "")
        )
        opening.prior_wanted.connect(room.placing_priors.take_up)
        opening.prior_offered.connect(room.placing_priors.offer)
        room.placing_priors.placed.connect(self._tell_placed)
        room.protocols.told.connect(lambda words: window.notice.show_notice(f"Hung as {words}", about=STUDY))

    def _join_exports(self) -> None:
        """What left the room."""
        room = self._room
        for written in (
            room.exporting.written,
            room.dicom.written,
            room.volumes.written,
            room.measured_table.written,
            room.filming.written,
        ):
            written.connect(self._tell_written)
        room.anonymising.told.connect(self._tell_copied)
        room.filming.told.connect(self._window.notice.show_notice)
        room.exporting.reported.connect(room.marking.reported)

    def _show_list(self, entries: Sequence[StudyEntry]) -> None:
        self._window.studies.show_studies(entries)
        self._window.activity.show_library(len(entries))
        self._room.marking.listed(entries)

    def _show_priors(self, entries: Sequence[StudyEntry]) -> None:
        self._window.study.show_priors(entries)
        self._room.comparing.know_priors(tuple(entries))

    def _tell_placed(self, words: str) -> None:
        self._window.show_prior_series(True)
        if self._window.notice.holds_bad_news:  # the prior is there to be seen
            return
        keys = "Ctrl+D compares the two, Ctrl+Shift+D closes the prior."
        self._window.notice.show_notice(words, keys, about=STUDY)

    def _tell_import(self, summary: ImportSummary) -> None:
        """Bad files never hide the good ones, and are never hidden themselves."""
        if summary.refused or not summary.study_uids:
            self._window.notice.show_notice(*import_words(summary), grave=True, about=STUDY)

    def _tell_copied(self, sentence: str, hint: str) -> None:
        """What is to be looked at before copies leave the house stays until it is dismissed."""
        self._window.notice.show_notice(sentence, hint, grave=bool(hint))

    def _tell_written(self, path: Path, missing: str = "") -> None:
        self._window.notice.show_notice(f"Written: {path}", missing)
