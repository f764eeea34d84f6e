"""What is open now, as frozen values, and the signals that it changed. Only commands call its methods.

Each field of `Sitting` and of its `Desk` has one signal, `<field>_changed`, which carries the new value and
is sent only if the value really is another one. `decided` tells each decision that was made, undone or
redone, and `remeasured` each measurement: whoever keeps the library connects to them. Opening another
study empties the history; what models and explanations bring is not undone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.contours import Contour, ContourKey
from app.desk import Desk
from app.history import UndoHistory
from app.layouts import Arrangement, Layout
from app.manner import AS_ACQUIRED, Manner
from app.painting.segmentation import Segmentation
from app.sitting import Sitting
from app.verdicts import FindingKey, Verdict
from app.viewer.measurements.measurement import Measurement
from app.viewer.volume_look import VolumeLook
from explain.attribution import Attribution
from inference.imaging.study import Study, Window
from inference.prediction import Decision, Prediction

# In this order: who hears of a finding or an overlay already knows the studies and the maps, and who hears of
# planes, what hangs behind them.
ANNOUNCED = (
    "current", "prior", "further", "layout", "slots", "manners", "chosen_slot", "windows",
    "predictions", "attributions", "finding", "overlay", "contours", "measurements",
    "segmentations", "volumes", "planes",
)  # fmt: skip


class Workspace(QObject):
    """The one place of state in the window: ask `sitting`, change it by the methods below."""

    current_changed = Signal(object)  # Study | None
    prior_changed = Signal(object)  # Study | None
    chosen_slot_changed = Signal(int)
    predictions_changed = Signal(object)  # tuple[Prediction, ...], with the reader's decisions
    attributions_changed = Signal(object)  # tuple[Attribution, ...]
    finding_changed = Signal(object)  # FindingKey | None
    layout_changed = Signal(object)  # Layout
    further_changed = Signal(object)  # tuple[Layout, ...] of the windows of viewports after the first
    slots_changed = Signal(object)  # tuple[str, ...] of display set uids
    manners_changed = Signal(object)  # tuple[Manner, ...] of the slots
    planes_changed = Signal(str)  # display set uid of the volume whose planes lie over the wall
    windows_changed = Signal(object)  # Mapping[display set uid, Window]
    overlay_changed = Signal(object)  # Overlay
    contours_changed = Signal(object)  # Mapping[ContourKey, Contour]
    measurements_changed = Signal(object)  # Mapping[uid, Measurement]
    segmentations_changed = Signal(object)  # Mapping[uid, Segmentation]
    volumes_changed = Signal(object)  # Mapping[display set uid, VolumeLook]
    restated = Signal(object)  # Study, still open, of which more is known now
    decided = Signal(object)  # Verdict
    remeasured = Signal(object, object)  # tuple[Measurement, ...] made or changed, tuple[uid, ...] deleted
    history_changed = Signal(str, str)  # titles of what undo and redo would do; empty for nothing

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sitting = Sitting()
        self._history: UndoHistory[Desk] = UndoHistory()
        self._titles = ("", "")
        self.windows_together = False  # one drag changes the windows of several display sets

    @property
    def sitting(self) -> Sitting:
        """Everything that is open, as one frozen value."""
        return self._sitting

    def open(self, current: Study | None, prior: Study | None = None, *, desk: Desk | None = None) -> None:
        """Open a study and, where there is one, the prior beside it; None closes. The history starts again.

        What is known of a study that stays open is kept, so that a prior comes and goes without loss.
        Windows of viewports neither come nor go; planes of a volume make room for the series.
        """
        before = self._sitting.current
        stays = current is not None and before is not None and current.uid == before.uid
        self._history.clear()  # a step back could name a display set that is no longer open
        here = self._sitting.desk
        further = (
            desk.further if desk is not None and len(desk.further) == len(here.further) else here.further
        )
        wanted = replace(desk or (here if stays else Desk()), further=further, planes="")
        self._become(self._sitting.only(current, prior, wanted))

    def choose_slot(self, slot: int) -> None:
        """Make a viewport the one that keys and menus act on."""
        self._become(replace(self._sitting, chosen_slot=max(slot, 0)))

    def choose_finding(self, key: FindingKey | None) -> None:
        """Choose the finding that the panels speak about."""
        self._become(replace(self._sitting, finding=key))

    def add(self, predictions: Iterable[Prediction] = (), attributions: Iterable[Attribution] = ()) -> None:
        """Show what models and explanations brought; what belongs to no open study is passed over.

        A newer answer of the same model about the same study takes the place of the old one, undecided.
        """
        sitting = self._sitting.with_news(predictions, attributions)
        if any(answer not in sitting.stored for answer in self._sitting.stored):
            self._history.clear()  # a step back would decide about an answer that is gone
        self._become(sitting)

    def hang(
        self,
        display_set_uids: Sequence[str] | None = None,
        layout: Layout | None = None,
        manners: Sequence[Manner] = (),
    ) -> None:
        """Lay out the viewports and put display sets into them, first slot first; None leaves as it is."""
        desk = self._sitting.desk
        if display_set_uids is not None:
            desk = desk.with_slots(display_set_uids, manners)
        self._arrange("Hang series", replace(desk, layout=layout or desk.layout, planes=""))

    def arrange(self, arrangement: Arrangement, title: str = "Hang series") -> None:
        """Lay out every window, and put display sets into its viewports or planes of one over them."""
        self._arrange(title, self._sitting.desk.arranged(arrangement))

    def lay_out(self, window: int, layout: Layout, slots: Sequence[str]) -> None:
        """Another layout in one window, and display sets in slots; those that stay are shown as before."""
        desk = self._sitting.desk
        stay = [way if uid == was else AS_ACQUIRED
                for way, uid, was in zip(desk.manners, slots, desk.slots, strict=True)]  # fmt: skip
        laid = desk.with_slots(slots, stay).with_window_layout(window, layout)
        self._arrange("Lay out viewports", replace(laid, planes=""))

    def show(self, slot: int, display_set_uid: str, manner: Manner = AS_ACQUIRED) -> None:
        """Put a display set into one viewport; an empty uid empties it."""
        desk = self._sitting.desk.with_slot(slot, display_set_uid, manner)
        self._arrange("Show series", replace(desk, planes=""))

    def add_window(self, layout: Layout = Layout.ONE, uids: Sequence[str] = ()) -> None:
        """One more window of viewports: no step, and there before and after every other."""
        self._windows(lambda desk: desk.with_further(layout, uids))

    def remove_window(self, window: int) -> None:
        """A window after the first is closed, and what hung in it is put away."""
        self._windows(lambda desk: desk.without_further(window))

    def _windows(self, change: Callable[[Desk], Desk]) -> None:
        self._history.amend(change)
        self._become(replace(self._sitting, desk=change(self._sitting.desk)))

    def set_window(self, display_set_uid: str, window: Window | None) -> None:
        """Window a display set wherever it is shown; None goes back to the default. A drag is one step."""
        desk = self._sitting.desk.with_window(display_set_uid, window)
        merge = "windows" if self.windows_together else f"window {display_set_uid}"
        self._arrange("Change window", desk, merge=merge)

    def look_at_volume(
        self, display_set_uid: str, look: VolumeLook, title: str = "Change 3-D view", *, merge: str = ""
    ) -> None:
        """Look at a volume in another way in 3-D. Changes with the same non-empty `merge` are one step."""
        self._arrange(title, self._sitting.desk.with_volume(display_set_uid, look), merge=merge)

    def set_overlay(self, **changes: Any) -> None:
        """Change fields of `Overlay`, such as `opacity=0.4`; a drag of a slider is one step."""
        desk = self._sitting.desk
        desk = replace(desk, overlay=replace(desk.overlay, **changes))
        slider = changes.keys() <= {"opacity", "percentile"}
        self._arrange("Change overlay", desk, merge=f"overlay {[*changes]}" if slider else "")

    def lay(self, attribution: str) -> None:
        """Lay another explanation over the pixels: it follows from what is chosen, and is no step."""
        desk = self._sitting.desk
        desk = replace(desk, overlay=replace(desk.overlay, attribution=attribution))
        self._become(replace(self._sitting, desk=desk))

    def decide(self, key: FindingKey, decision: Decision, comment: str = "") -> None:
        """Accept, reject or leave open what a model said."""
        verdict = Verdict(key, decision, comment)
        if verdict != self._sitting.verdict(key):
            self._arrange(f"Mark as {decision}", self._sitting.desk.with_verdict(verdict))

    def edit_contour(self, contour: Contour) -> None:
        """Put a contour in the place of the model's, or of the one before."""
        self._arrange("Change contour", self._sitting.desk.with_contours([contour]))

    def give_back_contours(self, keys: Collection[ContourKey]) -> None:
        """Let the model's contours stand again on these pictures."""
        self._arrange("Give contours back", self._sitting.desk.with_contours([], keys))

    def take_contours(self, known: Sequence[Contour]) -> None:
        """Show contours that the library already keeps: no step, as they were there before every one."""
        self._history.amend(lambda desk: desk.with_contours(known))
        self._become(replace(self._sitting, desk=self._sitting.desk.with_contours(known)))

    def restate(self, study: Study) -> None:
        """Know more about an open study, such as the view of a loop: what hangs stays as it hangs."""
        sitting = self._sitting
        if sitting.current is not None and sitting.current.uid == study.uid:
            self._sitting = replace(sitting, current=study)
        elif sitting.prior is not None and sitting.prior.uid == study.uid:
            self._sitting = replace(sitting, prior=study)
        self.restated.emit(study)

    def measure(
        self, title: str, changed: Iterable[Measurement] = (), *, gone: Collection[str] = (), merge: str = ""
    ) -> None:
        """Make, change or delete measurements as one step called `title`."""
        self._arrange(title, self._sitting.desk.with_measurements(changed, gone), merge=merge)

    def take_measurements(self, known: Sequence[Measurement]) -> None:
        """Show measurements that the library already keeps: no step, as they were there before every one."""
        self._history.amend(lambda desk: desk.with_measurements(known))
        self._become(replace(self._sitting, desk=self._sitting.desk.with_measurements(known)))

    def segment(
        self, title: str, changed: Iterable[Segmentation] = (), *, gone: Collection[str] = ()
    ) -> None:
        """Draw, change or delete segmentations as one step called `title`."""
        self._arrange(title, self._sitting.desk.with_segmentations(changed, gone))

    def take_segmentations(self, known: Sequence[Segmentation]) -> None:
        """Show segmentations that the library already keeps: no step, as they were there before every one."""
        self._history.amend(lambda desk: desk.with_segmentations(known))
        self._become(replace(self._sitting, desk=self._sitting.desk.with_segmentations(known)))

    def undo(self) -> None:
        """Take the last step back."""
        self._lay(self._history.undo())

    def redo(self) -> None:
        """Do again what was undone."""
        self._lay(self._history.redo())

    def _arrange(self, title: str, desk: Desk, *, merge: str = "") -> None:
        """Lay the desk and remember how it was; nothing where nothing changes."""
        if desk != self._sitting.desk:
            self._history.do(title, self._sitting.desk, desk, merge=merge)
            self._lay(desk)

    def _lay(self, desk: Desk | None) -> None:
        """Have another desk, and tell the decisions that this changed."""
        before = self._sitting
        if desk is None:
            return
        self._become(replace(before, desk=desk))
        for key in sorted({*before.desk.verdicts, *desk.verdicts}):
            if before.verdict(key) != self._sitting.verdict(key):
                self.decided.emit(self._sitting.verdict(key))
        was, now = before.desk.measurements, desk.measurements
        changed = tuple(m for uid, m in now.items() if was.get(uid) != m)
        gone = tuple(uid for uid in was if uid not in now)
        if changed or gone:
            self.remeasured.emit(changed, gone)

    def _become(self, sitting: Sitting) -> None:
        """Be in another state first, then say what is different."""
        on_screen = max(number for number in sitting.desk.numbers if number <= sitting.chosen_slot)
        before, self._sitting = self._sitting, replace(sitting, chosen_slot=on_screen)
        again = _is_read_again(before.current, self._sitting.current)
        for name in ANNOUNCED:
            value = _value(self._sitting, name)
            if _value(before, name) != value or (again and name == "slots"):
                getattr(self, f"{name}_changed").emit(value)
        titles = (self._history.undo_title, self._history.redo_title)
        if titles != self._titles:
            self._titles = titles
            self.history_changed.emit(*titles)


def _is_read_again(before: Study | None, now: Study | None) -> bool:
    """Whether the open study has become another value, as when objects came to it: its pictures hang anew."""
    return before is not None and now is not None and before.uid == now.uid and before != now


def _value(sitting: Sitting, name: str) -> object:
    """A field of the sitting or of its desk."""
    return getattr(sitting if hasattr(sitting, name) else sitting.desk, name)
