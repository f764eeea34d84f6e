"""Why a finding has its score: asks for explanations, lays them over the pictures, goes where they point."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from app.desk import FindingKey, Overlay, OverlayMode, attribution_key
from app.jobs import Job
from app.panels.explanations import ExplanationsPanel
from app.viewer.hanging import Hanging
from app.viewer.layers.explained import Overlay as DrawnOverlay
from app.viewer.layers.explained import OverlayLook
from app.viewer.slice_view import SliceView
from app.workbench.services import Services
from app.workbench.showing import Showing
from explain.attribution import Attribution
from explain.methods import METHODS
from inference.imaging.study import Study
from inference.prediction import Finding, Prediction


class Explaining(QObject):
    """Runs methods in the runner's process; keeps their maps in the library and over the pictures."""

    def __init__(
        self, services: Services, panel: ExplanationsPanel, hanging: Hanging, showing: Showing
    ) -> None:
        super().__init__()
        self._services, self._panel = services, panel
        self._hanging, self._showing = hanging, showing
        self._workspace = services.workspace
        self._running: dict[tuple[FindingKey, str], Job] = {}
        self._on_mode = OverlayMode.CONTOUR
        self._sought: tuple[str, np.ndarray] | None = None  # display set that must hang first, and the point
        self._connect()
        self.refresh()

    @property
    def method(self) -> str:
        """The method that was chosen last."""
        return self._services.remembered.settings.method

    def explain(self, method: str = "") -> None:
        """Explain the chosen finding, in the prior study as well where there is one."""
        chosen = self._workspace.sitting.chosen
        if method:
            self._services.remembered.change(method=method)
        if chosen is None or chosen[1].score is None:
            return
        for prediction in self._workspace.sitting.predictions:
            study = self._study(prediction.study_uid)
            if study and prediction.card.key == chosen[0].card.key:
                self._explain(study, prediction, prediction.finding(chosen[1].target.name))
        self.refresh()

    def keep(self, attribution: Attribution) -> None:
        """Offer a map and put it into the library."""
        self._services.saving.run(lambda: self._services.library.save_attribution(attribution))
        self._workspace.add(attributions=[attribution])

    def toggle_map(self) -> None:
        """The picture alone, or with the map."""
        mode = self._workspace.sitting.desk.overlay.mode
        if mode is not OverlayMode.OFF:
            self._on_mode = mode
        self._workspace.set_overlay(mode=self._on_mode if mode is OverlayMode.OFF else OverlayMode.OFF)

    def go_to(self, unit: int, element: int) -> None:
        """Show the piece of the map, with its series in the chosen viewport if it hangs nowhere."""
        attribution = self._workspace.sitting.attribution
        if attribution is None:
            return
        place = attribution.units[unit].place
        self._sought = (place.display_set_uid, place.centres_lps_mm[element])
        shown = self._workspace.sitting.desk.slots[: self._workspace.sitting.desk.layout.views]
        if place.display_set_uid not in shown and self._showing.display_set(place.display_set_uid):
            self._workspace.show(self._hanging.active, place.display_set_uid)
        self._go()

    def refresh(self, *_: object) -> None:
        """Show in the panel and over the pictures what is known of the chosen finding."""
        chosen = self._workspace.sitting.chosen
        if chosen is None or chosen[1].score is None:
            self._panel.show_empty()
            self._lay(None)
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
        self._lay(attribution)

    def _connect(self) -> None:
        workspace, panel = self._workspace, self._panel
        for changed in (
            workspace.finding_changed,
            workspace.attributions_changed,
            workspace.predictions_changed,
        ):
            changed.connect(self.refresh)
        workspace.overlay_changed.connect(self._show_overlay)
        self._showing.hung.connect(self._dress)
        panel.method_chosen.connect(self.explain)
        panel.look_changed.connect(self._change_look)
        panel.element_chosen.connect(self.go_to)

    def _explain(self, study: Study, prediction: Prediction, finding: Finding) -> None:
        method = self.method
        key = FindingKey(study.uid, prediction.card.key, finding.target.name)
        known = self._attributions((prediction, finding)).get(method)
        if known is not None or finding.score is None or (key, method) in self._running:
            return
        job = self._services.runner.call(
            f"Explaining {finding.target.title.lower()} by {METHODS[method].title}",
            "app.reading:explain_study",
            study,
            key.model_key,
            method,
            key.target,
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
            and a.weights_sha256 == prediction.card.weights_sha256
            and a.method in keys
        }

    def _study(self, uid: str) -> Study | None:
        return next((s for s in self._workspace.sitting.studies if s.uid == uid), None)

    def _lay(self, attribution: Attribution | None) -> None:
        """Name the map in the workspace; what is drawn follows from that."""
        self._workspace.set_overlay(attribution=attribution_key(attribution) if attribution else "")
        self._dress()

    def _change_look(self, overlay: Overlay) -> None:
        self._workspace.set_overlay(mode=overlay.mode, opacity=overlay.opacity, percentile=overlay.percentile)

    def _show_overlay(self, overlay: Overlay) -> None:
        self._panel.controls.show_look(overlay)
        self._dress()

    def _dress(self, slot: int | None = None) -> None:
        """Lay the map over the views of its study, and the prior's own map over the prior's."""
        overlay = self._workspace.sitting.desk.overlay
        shown = self._workspace.sitting.attribution
        look = OverlayLook(mode=overlay.mode, opacity=overlay.opacity, percentile=overlay.percentile)
        self._hanging.set_overlay(shown, look)
        others = [a for a in self._same_question(shown) if a is not shown] if shown else []
        drawn = {a.study_uid: DrawnOverlay(a, look) for a in others}
        for view in self._hanging.slice_views():
            if view.exhibit.study_uid in drawn:
                view.set_overlay(drawn[view.exhibit.study_uid])
        if slot is not None:
            self._go()

    def _same_question(self, shown: Attribution) -> list[Attribution]:
        """The map on show, and what the same method said of the same target in the other study."""
        question = (shown.target.name, shown.method, shown.weights_sha256)
        return [
            a
            for a in self._workspace.sitting.attributions
            if (a.target.name, a.method, a.weights_sha256) == question
        ]

    def _go(self) -> None:
        """Go to the piece that was asked for, once its series hangs."""
        if self._sought is None:
            return
        uid, point = self._sought
        for slot in self._hanging.wall.visible_numbers:
            view = self._hanging.view(slot)
            if isinstance(view, SliceView) and view.exhibit.display_set_uid == uid:
                self._hanging.go_to(slot, point)
                if view.exhibit.volume is not None:  # a first picture alone cannot be gone through
                    self._sought = None
                return
