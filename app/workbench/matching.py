"""What words go with the series on show, and which slices had how much of it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.match_values import MatchResult
from app.matching import MODEL
from app.panels.matches import MatchesPanel
from app.panels.matches_strip import SliceStrip
from app.panels.sight import bring_into_sight
from app.verdicts import FindingKey
from app.viewer.hanging import Hanging
from app.viewer.look import Look
from app.viewer.slice_view import SliceView
from app.workbench.modelling import Modelling
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import NotApplicableError, ReviewError, WeightsError
from inference.models import catalogue
from inference.models.radclip_labels import labels_in, lists_of, target_of


class Matching(QObject):
    """Asks the runner, keeps the answers, and follows the chosen viewport."""

    def __init__(
        self,
        services: Services,
        panel: MatchesPanel,
        strip: SliceStrip,
        hanging: Hanging,
        *,
        showing: Showing,
        modelling: Modelling,
    ) -> None:
        super().__init__()
        self._services, self._panel, self._strip, self._hanging = services, panel, strip, hanging
        self._workspace, self._modelling = services.workspace, modelling
        self._results: dict[tuple[str, str], MatchResult] = {}  # study uid, display set uid
        panel.hide()
        panel.match_requested.connect(self.match)
        panel.label_chosen.connect(self.choose)
        strip.slice_chosen.connect(self._go_to)
        for moved in (hanging.activated, showing.hung, services.workspace.slots_changed):
            moved.connect(self.refresh)
        hanging.look_changed.connect(self._follow)
        services.workspace.finding_changed.connect(self._mark)
        services.workspace.current_changed.connect(self._forget)

    @property
    def is_shown(self) -> bool:
        """Whether the panel is open."""
        return not self._panel.isHidden()

    def toggle(self) -> None:
        """Open the panel, or put it away."""
        if self.is_shown:
            self._panel.hide()
        elif self._offer():
            self._panel.show()
            self._panel.labels.setFocus()
            bring_into_sight(self._panel)
        self.refresh()

    def match(self, text: str) -> None:
        """Rank the typed labels for the series in the chosen viewport."""
        study, uid = self._workspace.sitting.current, self.display_set_uid
        try:
            labels = labels_in(text)
            if study is None or all(d.uid != uid for d in study.display_sets):
                raise NotApplicableError(
                    "There is no series of the open study in the chosen viewport.", hint="Choose one first."
                )
        except ReviewError as error:
            self._services.messages.show(error)
            return
        self._panel.show_busy(True)
        job = self._services.runner.call(
            "Matching with words", "app.matching:match_set", study, uid, labels,
            then=self._keep, otherwise=self._services.messages.show,
        )  # fmt: skip
        job.ended.connect(lambda: self._panel.show_busy(False))

    def choose(self, label: str) -> None:
        """Make a label the finding that the reasons below are about."""
        result = self._shown()
        if result is not None:
            target = target_of(result.card, label)
            self._workspace.choose_finding(FindingKey(result.study_uid, result.card.key, target.name))

    @property
    def display_set_uid(self) -> str:
        """What hangs in the chosen viewport."""
        sitting = self._workspace.sitting
        slots = sitting.desk.slots
        return slots[sitting.chosen_slot] if sitting.chosen_slot < len(slots) else ""

    def refresh(self, *_: object) -> None:
        """Show what is known of the series in the chosen viewport."""
        result = self._shown() if self.is_shown else None
        self._panel.show_result(result)
        self._mark()
        display_set = self._workspace.sitting.display_set(result.display_set_uid) if result else None
        if result is None or display_set is None:
            self._strip.show_story("", None)
            return
        self._strip.show_story(result.title, result.slices, len(display_set.frame_index))
        if (view := self._view()) is not None:
            self._strip.show_slice(view.look.slice_index)

    def _offer(self) -> bool:
        try:
            card = catalogue.card(MODEL)
        except WeightsError as error:
            self._services.messages.show(error)
            return False
        self._panel.offer(lists_of(card), card.caveat)
        return True

    def _keep(self, result: MatchResult) -> None:
        """Show an answer, and keep it as the answer of a model."""
        self._results[result.study_uid, result.display_set_uid] = result
        current = self._workspace.sitting.current
        if current is None or current.uid != result.study_uid:
            return
        self._modelling.keep(result.prediction)
        self.refresh()
        self.choose(result.matches[0].label)

    def _shown(self) -> MatchResult | None:
        current = self._workspace.sitting.current
        return self._results.get((current.uid, self.display_set_uid)) if current else None

    def _mark(self, *_: object) -> None:
        key, result = self._workspace.sitting.finding, self._shown()
        chosen = ""
        if key is not None and result is not None and key.model_key == result.card.key:
            chosen = result.card.target(key.target).title
        self._panel.choose(chosen)

    def _forget(self, *_: object) -> None:
        open_now = {study.uid for study in self._workspace.sitting.studies}
        self._results = {key: result for key, result in self._results.items() if key[0] in open_now}
        self.refresh()

    def _follow(self, slot: int, look: Look) -> None:
        if slot == self._hanging.active:
            self._strip.show_slice(look.slice_index)

    def _go_to(self, picture: int) -> None:
        if (view := self._view()) is not None:
            view.step(picture - view.look.slice_index)

    def _view(self) -> SliceView | None:
        return self._hanging.slice_view(self._hanging.active)
