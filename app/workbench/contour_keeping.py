"""Contours that the reader changes, into the library at once and out of it when a study is opened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QObject

from app.contours import Contour, ContourKey
from app.workbench.saving import PATIENCE_S
from app.workbench.services import Services
from inference.imaging.study import Study
from inference.progress import Report


class ContourKeeping(QObject):
    """Compares what is on the desk with what the library holds, and writes what differs."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services, self._workspace = services, services.workspace
        self._kept: Mapping[ContourKey, Contour] = {}
        self._touched: set[ContourKey] = set()  # since the study was opened, given back or not
        self._workspace.current_changed.connect(self._begin)
        self._workspace.prior_changed.connect(self._load)
        self._workspace.contours_changed.connect(self._save)

    def _begin(self, study: Study | None) -> None:
        """Another study has another desk: what is not on it is not given back."""
        self._kept = self._workspace.sitting.desk.contours
        self._touched = set()
        self._load(study)

    def _load(self, study: Study | None) -> None:
        if study is None:
            return
        written, outlined = self._services.saving.written(), self._services.library.outlined

        def read(_report: Report) -> Sequence[Contour]:
            written.wait(PATIENCE_S)
            return outlined.contours(study.uid)

        self._services.quiet.run(
            "Reading contours",
            read,
            then=partial(self._take, study.uid),
            otherwise=self._services.messages.show,
        )

    def _take(self, study_uid: str, found: Sequence[Contour]) -> None:
        """What the library keeps of a study that is still open; what was changed meanwhile stays."""
        sitting = self._workspace.sitting
        if study_uid not in {study.uid for study in sitting.studies}:
            return
        known = self._touched.union(sitting.desk.contours)
        fresh = [contour for contour in found if contour.key not in known]
        self._kept = {**self._kept, **{contour.key: contour for contour in fresh}}
        self._workspace.take_contours(fresh)

    def _save(self, contours: Mapping[ContourKey, Contour]) -> None:
        changed = [c for key, c in contours.items() if self._kept.get(key) is not c]
        gone = [key for key in self._kept if key not in contours]
        self._kept = contours
        self._touched.update(gone, (contour.key for contour in changed))
        by_study: dict[str, tuple[list[Contour], list[ContourKey]]] = defaultdict(lambda: ([], []))
        for contour in changed:
            by_study[self._study_of(contour.key)][0].append(contour)
        for key in gone:
            by_study[self._study_of(key)][1].append(key)
        reader = self._services.remembered.settings.reader
        keep = self._services.library.outlined.keep
        for uid, (mine, back) in by_study.items():
            if uid:
                self._services.saving.run(partial(keep, uid, mine, back, reader))

    def _study_of(self, key: ContourKey) -> str:
        shown = self._workspace.sitting.display_set(key.display_set_uid)
        return shown.study_uid if shown is not None else ""
