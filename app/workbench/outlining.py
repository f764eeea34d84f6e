"""The ventricle's contours over its loops, the reader's changes to them, and the volumes that follow."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.contours import ContourKey, EditedVolumes, Outlines, edited_volumes
from app.panels.volume_curve import VolumeCurvePanel, VolumeStory
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.layers.contours import Drawn
from app.viewer.look import Look
from app.workbench.contour_keeping import ContourKeeping
from app.workbench.looping import Looping
from app.workbench.outlines_read import OutlinesRead
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.study import Study


class Outlining(QObject):
    """Keeps pictures and curve as the workspace says."""

    changed = Signal()  # contours came or went, or editing began or ended

    def __init__(
        self,
        services: Services,
        hanging: Hanging,
        showing: Showing,
        *,
        panel: VolumeCurvePanel,
        looping: Looping,
    ) -> None:
        super().__init__()
        self._services, self._hanging, self._panel, self._looping = services, hanging, panel, looping
        self._workspace = services.workspace
        self._keeping = ContourKeeping(services)
        self.read = OutlinesRead(services)
        self.editing = False
        self.read.changed.connect(self._read)
        self._workspace.current_changed.connect(self._stop_editing)
        self._workspace.contours_changed.connect(self.refresh)
        for moved in (hanging.activated, hanging.loop_changed, showing.hung):
            moved.connect(self.refresh)
        hanging.look_changed.connect(self._follow)
        hanging.contour_edited.connect(self._workspace.edit_contour)
        panel.phase_chosen.connect(self._go_to)

    @property
    def has_contours(self) -> bool:
        """Whether the chosen viewport shows a loop with contours."""
        return self._shown() is not None

    def toggle_editing(self) -> None:
        """Show the points by which contours are moved, or put them away."""
        self.editing = not self.editing
        self.refresh()

    def edited(self, study_uid: str, model_key: str) -> EditedVolumes | None:
        """The volumes of a study with the reader's contours; None where there are none."""
        outlines = self.read.of_model(study_uid, model_key)
        return edited_volumes(outlines, self._workspace.sitting.desk.contours) if outlines else None

    def give_back(self) -> None:
        """Let the model's contour stand again on the picture on show."""
        if (key := self._own()) is not None:
            self._workspace.give_back_contours([key])

    @property
    def has_own(self) -> bool:
        """Whether the reader has changed the contour of the picture on show."""
        return self._own() is not None

    def refresh(self, *_: object) -> None:
        """Lay contours over their loops and show the curve of the chosen one."""
        edits = self._workspace.sitting.desk.contours
        for slot in self._hanging.wall.visible_numbers:
            view = self._hanging.view(slot)
            if isinstance(view, CineView):
                outlines = self._of(view)
                view.show_contours(Drawn(outlines, edits) if outlines else None, editing=self.editing)
        shown = self._shown()
        self._panel.show_story(self._story(shown) if shown else None)
        view = self._hanging.view(self._hanging.active)
        if shown and isinstance(view, CineView):
            self._panel.show_phase(view.playback.frame)
        self.changed.emit()

    def _story(self, outlines: Outlines) -> VolumeStory:
        edits = self._workspace.sitting.desk.contours
        curve = outlines.curve(edits)
        uids = {uid for uid, _ in outlines.sources}
        return VolumeStory(
            curve.times_ms, curve.volume_ml, outlines.cycle_ms, curve.diastole, curve.systole,
            outlines.caveat, sum(key.display_set_uid in uids for key in edits),
        )  # fmt: skip

    def _read(self) -> None:
        """Contours came or went: end-diastole and end-systole stand on the strips of their loops."""
        marks: dict[str, dict[int, str]] = {}
        for outlines in self.read.all:
            curve = outlines.curve(self._workspace.sitting.desk.contours)
            both = {curve.diastole: "ED", curve.systole: "ES"}
            marks |= {uid: both for uid, _ in outlines.sources}
        self._looping.mark(marks)
        self.refresh()

    def _follow(self, slot: int, look: Look) -> None:
        if slot == self._hanging.active:
            self._panel.show_phase(look.slice_index)

    def _go_to(self, phase: int) -> None:
        view = self._hanging.view(self._hanging.active)
        if isinstance(view, CineView):
            self._looping.go_to_frame(view.view.exhibit.display_set_uid, phase)

    def _of(self, view: CineView) -> Outlines | None:
        """The contours that belong to a loop."""
        outlines = self.read.of_study(view.view.exhibit.study_uid)
        uid = view.view.exhibit.display_set_uid
        return outlines if outlines and any(uid == source for source, _ in outlines.sources) else None

    def _own(self) -> ContourKey | None:
        """The picture on show, where the reader has changed its contour."""
        view = self._hanging.view(self._hanging.active)
        if not isinstance(view, CineView):
            return None
        key = ContourKey(view.view.exhibit.display_set_uid, view.position, view.view.look.slice_index)
        return key if key in self._workspace.sitting.desk.contours else None

    def _shown(self) -> Outlines | None:
        view = self._hanging.view(self._hanging.active)
        return self._of(view) if isinstance(view, CineView) else None

    def _stop_editing(self, _study: Study | None) -> None:
        self.editing = False
        self.refresh()
