"""What is arranged and decided at one sitting, as a frozen value. Free of Qt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from app.contours import Contour, ContourKey
from app.layouts import PER_WINDOW, SLOTS, WINDOWS, Arrangement, Layout
from app.manner import AS_ACQUIRED, Manner
from app.overlays import Overlay
from app.painting.segmentation import Segmentation
from app.verdicts import FindingKey, Verdict
from app.viewer.measurements.measurement import Measurement
from app.viewer.volume_look import VolumeLook
from inference.imaging.study import Window


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
    overlay: Overlay = field(default_factory=Overlay)
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
