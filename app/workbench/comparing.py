"""The open study beside an earlier one: same place, same scale, what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from app.comparison import Comparison, best_pair, changes_between, comparison_warnings
from app.layouts import Arrangement, Layout
from app.library.values import StudyEntry
from app.manner import AS_ACQUIRED, Manner, ViewKind
from app.panels.comparison import ComparisonPanel
from app.protocols import matches
from app.viewer.hanging import Hanging
from app.viewer.linked_actions import to_one_scale
from app.viewer.linking import Alignment, Links
from app.workbench.explaining import Explaining
from app.workbench.fitting import installed, reader_for
from app.workbench.hanging_rules import hang, hung_by
from app.workbench.linking_priors import links_by_position
from app.workbench.modelling import Modelling
from app.workbench.opening import Opened, read_study
from app.workbench.preferred import known_protocols, remembered_layout
from app.workbench.remembering import LastSitting
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import ComparisonError, ReviewError
from inference.imaging.study import DisplaySet, Study

AXIAL = Manner(ViewKind.AXIAL)

SETTLE_MS = 400  # until the panels have taken the width that the changes need


class Comparing(QObject):
    """Opens a prior beside the current study, aligns the two, and shows the change in every score."""

    changed = Signal(bool)  # whether two studies are compared now

    def __init__(
        self,
        services: Services,
        panel: ComparisonPanel,
        hanging: Hanging,
        *,
        showing: Showing,
        modelling: Modelling,
        explaining: Explaining,
    ) -> None:
        super().__init__()
        self._services, self._panel = services, panel
        self._hanging, self._showing = hanging, showing
        self._modelling, self._explaining = modelling, explaining
        self._workspace = services.workspace
        self._priors: tuple[StudyEntry, ...] = ()
        self.comparison: Comparison | None = None
        self.is_on = False  # two studies are compared, not only shown beside each other
        panel.ended.connect(self.end)
        panel.finding_chosen.connect(modelling.choose)
        self._workspace.current_changed.connect(self._forget)

    def know_priors(self, priors: tuple[StudyEntry, ...]) -> None:
        """Which earlier studies of the same patient there are, newest first."""
        self._priors = priors

    def take_up(self, uid: str) -> None:
        """Show the prior that lay beside the study at the last sitting, hung as it hung."""
        self.compare(uid, like=self._services.remembered.sitting)

    def compare(self, uid: str = "", like: LastSitting | None = None) -> None:
        """Show a prior beside the open study, by default the last one before it."""
        current = self._workspace.sitting.current
        if current is None:
            return
        uid = uid or (self._priors[0].uid if self._priors else "")
        if not uid:
            self._services.messages.show(
                ComparisonError(
                    "The library holds no earlier study of this patient.",
                    hint="Open the prior study once, or choose one in the study list with a right click.",
                )
            )
        elif uid != current.uid:
            self._services.jobs.run(
                "Opening prior study",
                lambda report: read_study(self._services, uid, report),
                then=partial(self._show, like),
                otherwise=self._services.messages.show,
            )

    def end(self) -> None:
        """Close the prior study; the other one hangs as when it was opened."""
        current = self._workspace.sitting.current
        self._forget()
        if current is not None and self._workspace.sitting.prior is not None:
            self._workspace.open(current)
            remembered = self._services.remembered
            known, wanted = known_protocols(remembered), remembered_layout(remembered, current)
            further = self._workspace.sitting.desk.further
            self._workspace.arrange(hang(current, known, wanted, further))
            self._showing.show_all()  # without the badges

    def lay_beside(self, opened: Opened, like: LastSitting | None = None) -> None:
        """Hang a prior beside the open study: pictures and what is known of it, no model is run."""
        current, prior = self._workspace.sitting.current, opened.study
        if current is None:
            return
        self._hanging.badges = {current.uid: "POST", prior.uid: "PRE"}
        self._workspace.open(current, prior)
        self._workspace.add(opened.predictions, opened.attributions)
        pair = best_pair(prior, current)
        if like is not None and {d.uid for d in prior.display_sets} & set(like.slots):
            self._workspace.arrange(like.arrangement)
        else:
            self._hang_beside(prior, current, pair or ())
        self._hanging.together.links = links_by_position(pair)
        self._showing.show_all()  # the badges are new

    def _show(self, like: LastSitting | None, opened: Opened) -> None:
        current, prior = self._workspace.sitting.current, opened.study
        if current is None:
            return
        self.lay_beside(opened, like)
        self.is_on = True
        self._panel.show_dates(prior.date, current.date)
        self._panel.show_waiting("Aligning the prior with the current study…")
        self.changed.emit(True)
        self._services.runner.call(
            "Comparing with the prior study",
            "app.comparison:compare_studies",
            prior,
            current,
            reader_for(current, self._modelling.key, installed()),
            method=self._services.remembered.settings.method,
            then=self._compared,
            otherwise=self._failed,
        )

    def _hang_beside(self, prior: Study, current: Study, pair: Sequence[DisplaySet]) -> None:
        """By the protocol that suits two studies best: usually the prior left of the current one."""
        further = self._workspace.sitting.desk.further
        known, uids = known_protocols(self._services.remembered), [d.uid for d in pair]
        found = matches(known, current, prior, further=len(further))
        hung = hung_by(found[0].stages[0], current, prior, first=uids, further=further) if found else None
        self._workspace.arrange(in_one_plane(hung or Arrangement(Layout.TWO, tuple(uids)), pair))

    def _compared(self, comparison: Comparison) -> None:
        if comparison.pre.uid not in {s.uid for s in self._workspace.sitting.studies}:
            return  # closed meanwhile
        self.comparison = comparison
        self._link(comparison)
        registration = comparison.registration
        words = comparison.not_registered if registration is None else registration.quality
        self._panel.show_alignment(words, trustworthy=registration is not None and registration.trustworthy)
        self._panel.show_model(comparison.post_prediction.card)
        self._panel.show_changes(comparison.changes, comparison.warnings)
        QTimer.singleShot(SETTLE_MS, self._hanging, lambda: to_one_scale(self._hanging.slice_views()))
        known = {(p.study_uid, p.card.key) for p in self._workspace.sitting.stored}
        for prediction in (comparison.pre_prediction, comparison.post_prediction):
            if (prediction.study_uid, prediction.card.key) not in known:
                self._modelling.keep(prediction)
        maps = [a for a in (comparison.pre_attribution, comparison.post_attribution) if a is not None]
        for attribution in maps:
            self._explaining.keep(attribution)
        if comparison.post_attribution is not None:
            self._modelling.choose(comparison.post_attribution.target.name)

    def _link(self, comparison: Comparison) -> None:
        """Scroll in millimetres of the patient, where the alignment can be trusted."""
        registration = comparison.registration
        found: tuple[Alignment, ...] = ()
        if registration is not None and registration.trustworthy:
            how = f"linked in mm · rigid, {registration.residual_mm:.1f} mm"
            ends = comparison.post.uid, comparison.pre.uid
            found = (Alignment(*ends, registration.moving_from_fixed_lps, how),)
        self._hanging.together.links = Links(found)
        for view in self._hanging.slice_views():
            view.update()  # the corner of the prior says how

    def _failed(self, error: Exception) -> None:
        """The scores may still be compared where both studies have been read."""
        self._services.messages.show(error)
        sitting = self._workspace.sitting
        answers = {p.study_uid: p for p in sitting.predictions}
        if sitting.current and sitting.prior and {sitting.current.uid, sitting.prior.uid} <= set(answers):
            try:
                changes = changes_between(answers[sitting.prior.uid], answers[sitting.current.uid])
            except ReviewError as why:
                self._panel.show_alignment(f"not comparable: {why}", trustworthy=False)
                return
            self._panel.show_model(answers[sitting.current.uid].card)
            self._panel.show_changes(changes, comparison_warnings(sitting.prior, sitting.current))
        self._panel.show_alignment("The prior was not aligned with the current study.", trustworthy=False)

    def _forget(self, *_: object) -> None:
        self.comparison, self.is_on = None, False
        self._hanging.badges = {}
        self._hanging.together.links = Links()
        self.changed.emit(False)


def in_one_plane(hung: Arrangement, pair: Sequence[DisplaySet]) -> Arrangement:
    """Where the two were acquired in different planes, cut both axially, so that they can be compared."""
    if len({d.plane for d in pair}) < 2:
        return hung
    uids = {d.uid for d in pair}
    manners = [*hung.manners, *(AS_ACQUIRED,) * (len(hung.slots) - len(hung.manners))]
    ways = zip(hung.slots, manners, strict=True)
    return replace(hung, manners=tuple(AXIAL if uid in uids and way.is_plain else way for uid, way in ways))
