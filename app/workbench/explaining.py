"""Why a finding has its score: asks for explanations, keeps them and shows what they say."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.jobs import Job
from app.matching import asked_of
from app.panels.explanations import ExplanationsPanel
from app.verdicts import FindingKey
from app.workbench.laying import Laying
from app.workbench.services import Services
from explain.attribution import Attribution
from explain.methods import METHODS, methods_for
from inference.imaging.study import Study
from inference.prediction import Finding, Prediction

ALIKE = 1e-3  # of the score: two runs of one model on the same pictures differ by less
MEASURED = "The numbers are measured on the contours over the pictures: the contours are the reason."


class Explaining(QObject):
    """Runs methods in the runner's process; keeps their maps in the library."""

    def __init__(self, services: Services, panel: ExplanationsPanel, laying: Laying) -> None:
        super().__init__()
        self._services, self._panel, self._laying = services, panel, laying
        self._workspace = services.workspace
        self._running: dict[tuple[FindingKey, str], Job] = {}
        self._connect()
        self.refresh()

    @property
    def method(self) -> str:
        """The method that was chosen last; where it cannot explain the chosen finding, the first that can."""
        last, chosen = self._services.remembered.settings.method, self._workspace.sitting.chosen
        possible = methods_for(chosen[0].card) if chosen else (last,)
        return last if last in possible or not possible else possible[0]

    def explain(self, method: str = "") -> None:
        """Explain the chosen finding, in the prior study as well where there is one."""
        chosen = self._workspace.sitting.chosen
        if method:
            self._services.remembered.change(method=method)
        if chosen is None or chosen[1].score is None or not self.can_explain(self.method):
            return
        for prediction in self._workspace.sitting.predictions:
            study = self._study(prediction.study_uid)
            if study and prediction.card.key == chosen[0].card.key:
                self._explain(study, prediction, prediction.finding(chosen[1].target.name))
        self.refresh()

    def check(self) -> None:
        """Explain the chosen finding once more, with the check against forgotten weights."""
        chosen = self._workspace.sitting.chosen
        study = self._study(chosen[0].study_uid) if chosen else None
        if chosen is not None and study is not None and self.can_explain(self.method):
            self._ask(study, *chosen, options={"randomised": True})
            self.refresh()

    def can_explain(self, method: str) -> bool:
        """Whether a method can explain the chosen finding."""
        chosen = self._workspace.sitting.chosen
        return chosen is not None and chosen[1].score is not None and method in methods_for(chosen[0].card)

    def keep(self, attribution: Attribution) -> None:
        """Offer a map and put it into the library."""
        self._services.saving.run(lambda: self._services.library.save_attribution(attribution))
        self._workspace.add(attributions=[attribution])

    def refresh(self, *_: object) -> None:
        """Show in the panel and over the pictures what is known of the chosen finding."""
        chosen = self._workspace.sitting.chosen
        if chosen is None or chosen[1].score is None:
            self._panel.show_empty()
            self._laying.lay(None)
            return
        self._panel.offer(methods_for(chosen[0].card))
        if not methods_for(chosen[0].card):
            self._panel.show_unexplained(chosen[1].target.title, MEASURED)
            self._laying.lay(None)
            return
        found = self._attributions(chosen)
        attribution = found.get(self.method)
        if attribution is not None:
            self._panel.show_attribution(
                attribution, found, self.method, self._workspace.sitting.desk.overlay
            )
        else:
            key = FindingKey(chosen[0].study_uid, chosen[0].card.key, chosen[1].target.name)
            busy = (key, self.method) in self._running
            self._panel.show_target(chosen[1].target.title, found, self.method, busy=busy)
        self._laying.lay(attribution)

    def _connect(self) -> None:
        workspace, panel = self._workspace, self._panel
        for changed in (
            workspace.finding_changed,
            workspace.attributions_changed,
            workspace.predictions_changed,
        ):
            changed.connect(self.refresh)
        panel.method_chosen.connect(self.explain)
        panel.evidence.check_requested.connect(self.check)

    def _explain(self, study: Study, prediction: Prediction, finding: Finding) -> None:
        known = self._attributions((prediction, finding)).get(self.method)
        if known is None and finding.score is not None:
            self._ask(study, prediction, finding)

    def _ask(
        self, study: Study, prediction: Prediction, finding: Finding, options: dict[str, bool] | None = None
    ) -> None:
        method = self.method
        key = FindingKey(study.uid, prediction.card.key, finding.target.name)
        if (key, method) in self._running:
            return
        job = self._services.runner.call(
            f"Explaining {finding.target.title.lower()} by {METHODS[method].title}",
            *asked_of(study, prediction, finding, method),
            options=options,
            then=self.keep,
            otherwise=self._services.messages.show,
        )
        self._running[key, method] = job
        job.ended.connect(lambda: self._ended(key, method))

    def _ended(self, key: FindingKey, method: str) -> None:
        self._running.pop((key, method), None)
        self.refresh()

    def _attributions(self, chosen: tuple[Prediction, Finding]) -> dict[str, Attribution]:
        """What is known of a finding, by key of the method; maps of other weights do not count."""
        prediction, finding = chosen
        keys = {method.title: key for key, method in METHODS.items()}
        return {
            keys[a.method]: a
            for a in self._workspace.sitting.attributions
            if (a.study_uid, a.target.name) == (prediction.study_uid, finding.target.name)
            and (a.model_key, a.weights_sha256) == (prediction.card.key, prediction.card.weights_sha256)
            and a.method in keys
            and not _is_outdated(a, finding)
        }

    def _study(self, uid: str) -> Study | None:
        return next((s for s in self._workspace.sitting.studies if s.uid == uid), None)


def _is_outdated(attribution: Attribution, finding: Finding) -> bool:
    """Whether an explanation of loops is of another answer, as before a view was named otherwise."""
    if finding.score is None or all(unit.place.times_ms is None for unit in attribution.units):
        return False
    return abs(attribution.score - finding.score) > ALIKE * max(1.0, abs(finding.score))
