"""The strip under the chosen loop: what its frames contributed, and the way to them."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from app.panels.explanations import ExplanationsPanel
from app.panels.strip import LoopStrip
from app.panels.strip_content import StripContent, by_frame, strip_of, strongest_moment_ms
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Look
from app.workbench.loop_seeking import LoopSeeking
from app.workbench.showing import Showing
from app.workspace import Workspace
from explain.attribution import Attribution
from explain.methods import METHODS

NOTHING = StripContent("", 0)
_ATTENTION = METHODS["rollout"].title


class Looping(QObject):
    """Follows the loop in the chosen viewport, and goes to the frames that a strip or a panel names."""

    def __init__(
        self,
        workspace: Workspace,
        hanging: Hanging,
        showing: Showing,
        *,
        strip: LoopStrip,
        panel: ExplanationsPanel,
    ) -> None:
        super().__init__()
        self._workspace, self._hanging, self._strip = workspace, hanging, strip
        self._marks: Mapping[str, Mapping[int, str]] = {}  # display set uid -> frame -> "ED" or "ES"
        self._seeking = LoopSeeking(workspace, hanging)
        self._landed: Attribution | None = None  # the map that the chosen loop was last turned to
        for changed in (
            workspace.attributions_changed, workspace.finding_changed, workspace.overlay_changed,
            hanging.activated, hanging.loop_changed, showing.hung,
        ):  # fmt: skip
            changed.connect(self.refresh)
        hanging.look_changed.connect(self._follow)
        strip.frame_chosen.connect(self.go_to_frame)
        strip.view_chosen.connect(self._go_to_unit)
        panel.element_chosen.connect(self._go_to_element)
        panel.unit_chosen.connect(self._go_to_shown_unit)

    def mark(self, marks: Mapping[str, Mapping[int, str]]) -> None:
        """Know end-diastole and end-systole of loops, by display set uid."""
        self._marks = marks
        self.refresh()

    def marks_of(self, display_set_uid: str) -> Mapping[int, str]:
        """End-diastole and end-systole of a loop, as far as they are known."""
        return self._marks.get(display_set_uid, {})

    def go_to_frame(self, display_set_uid: str, frame: int) -> None:
        """Show a frame of a loop that hangs."""
        self._seeking.go_to_frame(display_set_uid, frame)

    def refresh(self, *_: object) -> None:
        """Show the strip of the chosen loop, and go where somebody wanted to."""
        view = self._hanging.view(self._hanging.active)
        if not isinstance(view, CineView):
            self._strip.show_content(NOTHING)
        else:
            contribution, attention = self._spoken()
            exhibit = view.view.exhibit
            marks = self._marks.get(exhibit.display_set_uid)
            self._strip.show_content(strip_of(exhibit, contribution, attention, marks))
            self._strip.show_frame(view.view.look.slice_index)
            self._land(view)
        self._seeking.go()

    def _land(self, view: CineView) -> None:
        """A loop at rest goes to the nearest frame that a new map was computed for: else nothing is seen."""
        shown = self._workspace.sitting.attribution
        if shown is self._landed or view.playback.playing or self._seeking.is_on_its_way:
            return
        found = by_frame(view.view.exhibit, shown) if shown else ()
        frame = view.playback.frame
        if found:
            self._landed = shown
            if not any(value.first <= frame <= value.last for value in found):
                nearest = min(found, key=lambda value: abs(value.first - frame))
                self.go_to_frame(view.view.exhibit.display_set_uid, nearest.first)

    def _follow(self, slot: int, look: Look) -> None:
        if slot == self._hanging.active:
            self._strip.show_frame(look.slice_index)

    def _spoken(self) -> tuple[Attribution | None, Attribution | None]:
        """The signed contributions and the shares of attention that answer the question on show."""
        shown = self._workspace.sitting.attribution
        if shown is None:
            return None, None
        question = (shown.study_uid, shown.target.name, shown.weights_sha256)
        same = [
            a
            for a in self._workspace.sitting.attributions
            if (a.study_uid, a.target.name, a.weights_sha256) == question
        ]
        attention = next((a for a in same if a.method == _ATTENTION), None)
        if shown.method != _ATTENTION:
            return shown, attention
        return next((a for a in reversed(same) if a.method != _ATTENTION), None), shown

    def _go_to_shown_unit(self, unit: int) -> None:
        """The moment of a view that says most by the map on show."""
        self._go_to_strongest(self._workspace.sitting.attribution, unit)

    def _go_to_unit(self, unit: int) -> None:
        """The moment of a view that says most by the bars of the strip."""
        contribution, attention = self._spoken()
        self._go_to_strongest(contribution or attention, unit)

    def _go_to_strongest(self, spoken: Attribution | None, unit: int) -> None:
        if spoken is not None and spoken.units[unit].place.times_ms is not None:
            scores = spoken.units[unit]
            self._seeking.seek(
                scores.place.display_set_uid, strongest_moment_ms(scores), scores.place.affine_lps
            )

    def _go_to_element(self, unit: int, element: int) -> None:
        """The moment of one element; what is no loop is not for us."""
        shown = self._workspace.sitting.attribution
        if shown is None or shown.units[unit].place.times_ms is None:
            return
        where = shown.units[unit].place
        moment = float(where.times_ms[where.index[element, 0]]) if where.times_ms is not None else 0.0
        self._seeking.seek(where.display_set_uid, moment, where.affine_lps)
