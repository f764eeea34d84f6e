"""What is open, arranged and decided at one sitting, as frozen values. Free of Qt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from app.contours import Contour, ContourKey
from app.manner import AS_ACQUIRED, Manner
from app.painting.segmentation import Segmentation
from app.viewer.measurements.measurement import Measurement
from app.viewer.volume_look import VolumeLook
from explain.attribution import Attribution
from inference.imaging.study import DisplaySet, Study, Window
from inference.prediction import Decision, Finding, Prediction

PER_WINDOW = 16  # places for a view in one window; a layout shows the first few of them
WINDOWS = 3  # that viewports can stand in: the reading window, and two more for other screens
SLOTS = PER_WINDOW * WINDOWS


class Layout(StrEnum):
    """How the viewports are laid out: rows x columns."""

    ONE = "1x1"
    TWO = "1x2"
    THREE = "1x3"
    FOUR_ACROSS = "1x4"
    TWO_DOWN = "2x1"
    FOUR = "2x2"
    SIX = "2x3"
    EIGHT = "2x4"
    THREE_DOWN = "3x1"
    SIX_DOWN = "3x2"
    NINE = "3x3"
    TWELVE = "3x4"
    FOUR_DOWN = "4x1"
    EIGHT_DOWN = "4x2"
    TWELVE_DOWN = "4x3"
    SIXTEEN = "4x4"

    @property
    def rows(self) -> int:
        """Viewports from top to bottom."""
        return int(self.value[0])

    @property
    def columns(self) -> int:
        """Viewports from left to right."""
        return int(self.value[2])

    @property
    def views(self) -> int:
        """How many slots are on the screen."""
        return self.rows * self.columns


class OverlayMode(StrEnum):
    """How an explanation is laid over the pixels."""

    CONTOUR = "contour"
    BLOCKS = "blocks"  # the model's own pieces, as they are
    SMOOTH = "smooth"
    OFF = "off"


@dataclass(frozen=True)
class Overlay:
    """Which explanation lies over the pixels, and how.

    attribution  its `attribution_key`; empty for none
    opacity      0..1 of every piece that is shown
    percentile   0..100: pieces that score below this percentile are transparent
    """

    attribution: str = ""
    mode: OverlayMode = OverlayMode.BLOCKS
    opacity: float = 0.55
    percentile: float = 90.0


@dataclass(frozen=True, order=True)
class FindingKey:
    """Which finding is meant: of which study, model and target."""

    study_uid: str
    model_key: str
    target: str


@dataclass(frozen=True)
class Verdict:
    """What the reader made of one finding."""

    key: FindingKey
    decision: Decision = Decision.UNREVIEWED
    comment: str = ""


@dataclass(frozen=True)
class Arrangement:
    """What hangs where: a layout for each window, and for each slot a display set and how it is shown.

    slots    display set uid per slot, of the first window first; what is missing is empty
    manners  per slot; what is missing is shown as acquired
    further  layouts of the windows after the first
    planes   display set uid of the volume whose planes lie over the first window; empty for none
    """

    layout: Layout
    slots: tuple[str, ...] = ()
    manners: tuple[Manner, ...] = ()
    further: tuple[Layout, ...] = ()
    planes: str = ""


@dataclass(frozen=True)
class Desk:
    """Everything that undo brings back.

    further   layouts of the windows of viewports after the first; their slots begin at PER_WINDOW
    slots     display set uid per viewport slot, always SLOTS long; empty for an empty viewport
    manners   how each slot shows its display set, as long as `slots`
    planes    display set uid of the volume whose three planes and 3-D lie over what hangs in the first
              window; empty while the series are seen
    windows   window per display set uid, where the reader chose another than the default
    verdicts  decisions of this sitting by finding; without one, what is stored with the prediction holds
    contours  that the reader changed, by picture
    measurements  of the open studies, by their uid
    segmentations  that the reader draws, by their uid
    volumes   how volumes are looked at in 3-D, by display set uid, where the reader changed that
    """

    layout: Layout = Layout.ONE
    further: tuple[Layout, ...] = ()
    slots: tuple[str, ...] = ("",) * SLOTS
    manners: tuple[Manner, ...] = (AS_ACQUIRED,) * SLOTS
    planes: str = ""
    windows: Mapping[str, Window] = field(default_factory=lambda: MappingProxyType({}))
    overlay: Overlay = Overlay()
    verdicts: Mapping[FindingKey, Verdict] = field(default_factory=lambda: MappingProxyType({}))
    contours: Mapping[ContourKey, Contour] = field(default_factory=lambda: MappingProxyType({}))
    measurements: Mapping[str, Measurement] = field(default_factory=lambda: MappingProxyType({}))
    segmentations: Mapping[str, Segmentation] = field(default_factory=lambda: MappingProxyType({}))
    volumes: Mapping[str, VolumeLook] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Of every window, the first one first."""
        return (self.layout, *self.further)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The slots that are on the screens."""
        return tuple(
            PER_WINDOW * window + place
            for window, layout in enumerate(self.layouts)
            for place in range(layout.views)
        )

    @property
    def shown(self) -> tuple[str, ...]:
        """The display sets that are on the screens, by uid."""
        return tuple(self.slots[number] for number in self.numbers if self.slots[number])

    def with_slots(self, display_set_uids: Sequence[str], manners: Sequence[Manner] = ()) -> Desk:
        """The desk with other display sets in its slots, first slot first; the rest is empty."""
        uids, ways = tuple(display_set_uids)[:SLOTS], tuple(manners)[:SLOTS]
        return replace(
            self,
            slots=uids + ("",) * (SLOTS - len(uids)),
            manners=ways + (AS_ACQUIRED,) * (SLOTS - len(ways)),
        )

    def with_slot(self, slot: int, display_set_uid: str, manner: Manner = AS_ACQUIRED) -> Desk:
        """The desk with another display set in one slot."""
        slots = (*self.slots[:slot], display_set_uid, *self.slots[slot + 1 :])
        manners = (*self.manners[:slot], manner, *self.manners[slot + 1 :])
        return replace(self, slots=slots, manners=manners)

    def arranged(self, arrangement: Arrangement) -> Desk:
        """The desk with other layouts, and other things in its slots. Windows neither come nor go."""
        further = (*arrangement.further, *self.further[len(arrangement.further) :])[: len(self.further)]
        laid = replace(self, layout=arrangement.layout, further=further, planes=arrangement.planes)
        return laid.with_slots(arrangement.slots, arrangement.manners)

    def with_window_layout(self, window: int, layout: Layout) -> Desk:
        """The desk with another layout in one window; what hangs stays."""
        layouts = (*self.layouts[:window], layout, *self.layouts[window + 1 :])
        return replace(self, layout=layouts[0], further=layouts[1:])

    def with_further(self, layout: Layout, uids: Sequence[str] = ()) -> Desk:
        """The desk with one more window of viewports, if there is room for one, and series in it."""
        first = PER_WINDOW * len(self.layouts)
        if len(self.layouts) == WINDOWS:
            return self
        more = replace(self, further=(*self.further, layout))
        return more.with_slots((*self.slots[:first], *uids), self.manners[:first])

    def without_further(self, window: int) -> Desk:
        """The desk without a window after the first; those behind it move up."""
        first, last = PER_WINDOW * window, PER_WINDOW * (window + 1)
        kept = self.with_slots(
            (*self.slots[:first], *self.slots[last:]), (*self.manners[:first], *self.manners[last:])
        )
        return replace(kept, further=(*self.further[: window - 1], *self.further[window:]))

    def with_window(self, display_set_uid: str, window: Window | None) -> Desk:
        """The desk with another window for one display set; None goes back to the default."""
        windows = {uid: kept for uid, kept in self.windows.items() if uid != display_set_uid}
        if window is not None:
            windows[display_set_uid] = window
        return replace(self, windows=MappingProxyType(windows))

    def with_volume(self, display_set_uid: str, look: VolumeLook) -> Desk:
        """The desk with one volume looked at in another way in 3-D."""
        return replace(self, volumes=MappingProxyType({**self.volumes, display_set_uid: look}))

    def with_verdict(self, verdict: Verdict) -> Desk:
        """The desk with one decision made, changed or taken back."""
        return replace(self, verdicts=MappingProxyType({**self.verdicts, verdict.key: verdict}))

    def with_contours(self, changed: Iterable[Contour], gone: Collection[ContourKey] = ()) -> Desk:
        """The desk with contours as the reader has changed them, and without those that are `gone`."""
        kept = {key: contour for key, contour in self.contours.items() if key not in gone}
        return replace(self, contours=MappingProxyType(kept | {c.key: c for c in changed}))

    def with_measurements(self, changed: Iterable[Measurement] = (), gone: Collection[str] = ()) -> Desk:
        """The desk with measurements made or changed, and without those whose uids are `gone`."""
        kept = {uid: m for uid, m in self.measurements.items() if uid not in gone}
        return replace(self, measurements=MappingProxyType(kept | {m.uid: m for m in changed}))

    def with_segmentations(self, changed: Iterable[Segmentation] = (), gone: Collection[str] = ()) -> Desk:
        """The desk with segmentations drawn or changed, and without those whose uids are `gone`."""
        kept = {uid: s for uid, s in self.segmentations.items() if uid not in gone}
        return replace(self, segmentations=MappingProxyType(kept | {s.uid: s for s in changed}))

    def without_verdicts(self, answers: Collection[tuple[str, str]]) -> Desk:
        """The desk without decisions about these (study uid, model key)."""
        kept = {k: v for k, v in self.verdicts.items() if (k.study_uid, k.model_key) not in answers}
        return replace(self, verdicts=MappingProxyType(kept))


def attribution_key(attribution: Attribution) -> str:
    """Names an explanation within the open studies; a newer one of the same key takes its place."""
    parts = (attribution.study_uid, attribution.model_key, attribution.target.name, attribution.method)
    return "|".join(parts)


def finding_key(prediction: Prediction, finding: Finding) -> FindingKey:
    """The key of one finding of a prediction."""
    return FindingKey(prediction.study_uid, prediction.card.key, finding.target.name)


def with_verdicts(prediction: Prediction, verdicts: Mapping[FindingKey, Verdict]) -> Prediction:
    """The prediction as the reader has judged it."""

    def judged(finding: Finding) -> Finding:
        verdict = verdicts.get(finding_key(prediction, finding))
        if verdict is None:
            return finding
        return replace(finding, decision=verdict.decision, comment=verdict.comment)

    return replace(prediction, findings=tuple(judged(f) for f in prediction.findings))


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
