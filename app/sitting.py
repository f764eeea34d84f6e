"""Everything that is open at one sitting, as frozen values. Free of Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.desk import Desk
from app.manner import AS_ACQUIRED
from app.verdicts import FindingKey, Verdict, finding_key, with_verdicts
from explain.attribution import Attribution
from inference.imaging.study import DisplaySet, Study
from inference.prediction import Finding, Prediction


def attribution_key(attribution: Attribution) -> str:
    """Names an explanation within the open studies; a newer one of the same key takes its place."""
    parts = (attribution.study_uid, attribution.model_key, attribution.target.name, attribution.method)
    return "|".join(parts)


@dataclass(frozen=True)
class Sitting:
    """Everything that is open.

    current, prior  the open study, and the one before it that it is compared with
    chosen_slot     the viewport that keys and menus act on
    stored          what models said about both studies, newest per model, as the library knows it
    attributions    of both studies, newest per `attribution_key`
    finding         the finding chosen in the panel
    desk            what the reader arranged and decided: what undo brings back
    """

    current: Study | None = None
    prior: Study | None = None
    chosen_slot: int = 0
    stored: tuple[Prediction, ...] = ()
    attributions: tuple[Attribution, ...] = ()
    finding: FindingKey | None = None
    desk: Desk = field(default_factory=Desk)

    @property
    def studies(self) -> tuple[Study, ...]:
        """The open studies, current first."""
        return tuple(s for s in (self.current, self.prior) if s is not None)

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """What models said about the open studies, with the reader's decisions."""
        return tuple(with_verdicts(p, self.desk.verdicts) for p in self.stored)

    @property
    def attribution(self) -> Attribution | None:
        """The explanation that lies over the pixels, also while its mode is "off"."""
        key = self.desk.overlay.attribution
        return next((a for a in self.attributions if attribution_key(a) == key), None)

    @property
    def chosen(self) -> tuple[Prediction, Finding] | None:
        """The chosen finding after the prediction that it belongs to."""
        for prediction in self.predictions:
            for finding in prediction.findings:
                if finding_key(prediction, finding) == self.finding:
                    return prediction, finding
        return None

    def display_set(self, uid: str) -> DisplaySet | None:
        """The display set called `uid` in the open studies."""
        return next((d for s in self.studies for d in s.display_sets if d.uid == uid), None)

    def verdict(self, key: FindingKey) -> Verdict:
        """The decision that holds for a finding."""
        if key in self.desk.verdicts:
            return self.desk.verdicts[key]
        for prediction in self.stored:
            for finding in prediction.findings:
                if finding_key(prediction, finding) == key:
                    return Verdict(key, finding.decision, finding.comment)
        return Verdict(key)

    def only(self, current: Study | None, prior: Study | None, desk: Desk) -> Sitting:
        """The sitting with these studies open, and nothing kept that belongs to others."""
        uids = {study.uid for study in (current, prior) if study is not None}
        return Sitting(
            current,
            prior,
            self.chosen_slot,
            tuple(p for p in self.stored if p.study_uid in uids),
            tuple(a for a in self.attributions if a.study_uid in uids),
            self.finding if self.finding and self.finding.study_uid in uids else None,
            _fitting(desk, current, prior),
        )

    def with_news(self, predictions: Iterable[Prediction], attributions: Iterable[Attribution]) -> Sitting:
        """The sitting with what models and explanations brought; the newer takes the place of the older.

        Decisions about an older answer do not pass to the newer one.
        """
        uids = {study.uid for study in self.studies}
        fresh = {_answer(p): p for p in predictions if p.study_uid in uids}
        maps = {attribution_key(a): a for a in attributions if a.study_uid in uids}
        return replace(
            self,
            stored=tuple(({_answer(p): p for p in self.stored} | fresh).values()),
            attributions=tuple(({attribution_key(a): a for a in self.attributions} | maps).values()),
            desk=self.desk.without_verdicts(fresh.keys()),
        )


def _answer(prediction: Prediction) -> tuple[str, str]:
    """Who answered about what: one answer per study and model is shown."""
    return prediction.study_uid, prediction.card.key


def _fitting(desk: Desk, current: Study | None, prior: Study | None) -> Desk:
    """The desk without display sets, measurements and segmentations of studies that are not open."""
    uids = {d.uid for study in (current, prior) if study is not None for d in study.display_sets}
    open_now = {study.uid for study in (current, prior) if study is not None}
    closed = [uid for uid, m in desk.measurements.items() if m.site.study_uid not in open_now]
    desk = desk.with_measurements(gone=closed) if closed else desk
    strange = [uid for uid, s in desk.segmentations.items() if s.study_uid not in open_now]
    desk = desk.with_segmentations(gone=strange) if strange else desk
    there = [uid in uids for uid in desk.slots]
    return desk.with_slots(
        [uid if found else "" for uid, found in zip(desk.slots, there, strict=True)],
        [way if found else AS_ACQUIRED for way, found in zip(desk.manners, there, strict=True)],
    )
