"""Measurements into the library at once, and out of it when a study is opened."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from app.viewer.measurements.measurement import Measurement
from app.workbench.services import Services
from inference.imaging.study import Study


class MeasureKeeping(QObject):
    """Writes every step that changes measurements."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services, self._workspace = services, services.workspace
        self._workspace.current_changed.connect(self._load)
        self._workspace.prior_changed.connect(self._load)
        self._workspace.remeasured.connect(self._save)

    def _load(self, study: Study | None) -> None:
        if study is None:
            return
        self._services.quiet.run(
            "Reading measurements",
            lambda _report: self._services.library.measured.of_study(study.uid),
            then=partial(self._take, study.uid),
            otherwise=self._services.messages.show,
        )

    def _take(self, study_uid: str, found: Sequence[Measurement]) -> None:
        """What the library keeps of a study that is still open; what was drawn meanwhile stays."""
        sitting = self._workspace.sitting
        if study_uid in {study.uid for study in sitting.studies}:
            self._workspace.take_measurements([m for m in found if m.uid not in sitting.desk.measurements])

    def _save(self, changed: Sequence[Measurement], gone: Sequence[str]) -> None:
        self._services.saving.run(partial(self._services.library.measured.keep, changed, gone))
