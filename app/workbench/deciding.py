"""What the reader makes of findings: decisions, and their way into the library."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.panels.findings import FindingsPanel
from app.verdicts import Verdict, finding_key
from app.workbench.services import Services
from inference.prediction import Decision


class Deciding(QObject):
    """Accepts and rejects; every decision is saved, whether it is made, undone or redone."""

    def __init__(self, services: Services, panel: FindingsPanel) -> None:
        super().__init__()
        self._services, self._workspace = services, services.workspace
        self._workspace.decided.connect(self._save)
        panel.decided.connect(self._decide_about)

    def accept(self) -> None:
        """The chosen finding is there."""
        self._decide(Decision.ACCEPTED)

    def reject(self) -> None:
        """The chosen finding is not there."""
        self._decide(Decision.REJECTED)

    def _decide(self, decision: Decision) -> None:
        chosen = self._workspace.sitting.chosen
        if chosen is not None:
            prediction, finding = chosen
            self._workspace.decide(finding_key(prediction, finding), decision, finding.comment)

    def _decide_about(self, target: str, decision: Decision, comment: str) -> None:
        """As the panel says, which shows the chosen finding."""
        key = self._workspace.sitting.finding
        if key is not None and key.target == target:
            self._workspace.decide(key, decision, comment)

    def _save(self, verdict: Verdict) -> None:
        reader = self._services.remembered.settings.reader
        self._services.saving.run(lambda: self._services.library.decide(verdict, reader))
