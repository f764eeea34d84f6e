"""Segments that are painted, into the library with every stroke and out of it when a study is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from threading import Lock

from PySide6.QtCore import QObject

from app.painting.segmentation import Segmentation
from app.workbench.saving import PATIENCE_S
from app.workbench.services import Services
from inference.imaging.study import Study
from inference.progress import Report


class PaintingKeeping(QObject):
    """Compares what is on the desk with what the library holds, and writes what differs.

    Strokes that follow each other faster than the disk are written once, as the last one left them.
    """

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services, self._workspace = services, services.workspace
        self._kept: Mapping[str, Segmentation] = {}
        self._touched: set[str] = set()  # since the study was opened, also those that are gone
        self._waiting: dict[str, Segmentation] = {}
        self._lock = Lock()
        self._workspace.current_changed.connect(self._begin)
        self._workspace.prior_changed.connect(self._load)
        self._workspace.segmentations_changed.connect(self._save)

    def _begin(self, study: Study | None) -> None:
        """Another study has another desk: what is not on it is not deleted."""
        self._kept = self._workspace.sitting.desk.segmentations
        self._touched = set()
        self._load(study)

    def _load(self, study: Study | None) -> None:
        if study is None:
            return
        written, drawn = self._services.saving.written(), self._services.library.drawn

        def read(_report: Report) -> Sequence[Segmentation]:
            written.wait(PATIENCE_S)
            return drawn.of_study(study.uid)

        self._services.quiet.run(
            "Reading segments",
            read,
            then=partial(self._take, study.uid),
            otherwise=self._services.messages.show,
        )

    def _take(self, study_uid: str, found: Sequence[Segmentation]) -> None:
        """What the library keeps of a study that is still open; what was painted meanwhile stays."""
        sitting = self._workspace.sitting
        if study_uid not in {study.uid for study in sitting.studies}:
            return
        known = self._touched.union(sitting.desk.segmentations)
        fresh = [segmentation for segmentation in found if segmentation.uid not in known]
        self._kept = {**self._kept, **{segmentation.uid: segmentation for segmentation in fresh}}
        self._workspace.take_segmentations(fresh)

    def _save(self, segmentations: Mapping[str, Segmentation]) -> None:
        open_now = {study.uid for study in self._workspace.sitting.studies}
        changed = [s for uid, s in segmentations.items() if self._kept.get(uid) is not s]
        gone = [uid for uid, s in self._kept.items() if uid not in segmentations and s.study_uid in open_now]
        self._kept = segmentations
        self._touched.update(gone, (segmentation.uid for segmentation in changed))
        with self._lock:
            self._waiting.update({segmentation.uid: segmentation for segmentation in changed})
            for uid in gone:
                self._waiting.pop(uid, None)
        if changed or gone:
            reader = self._services.remembered.settings.reader
            self._services.saving.run(partial(self._write, [s.uid for s in changed], gone, reader))

    def _write(self, uids: Sequence[str], gone: Sequence[str], reader: str) -> None:
        """On the thread that writes: each as it is now, unless a stroke before has written it already."""
        with self._lock:
            newest = [self._waiting.pop(uid) for uid in uids if uid in self._waiting]
        if newest or gone:
            self._services.library.drawn.keep(newest, gone, reader)
