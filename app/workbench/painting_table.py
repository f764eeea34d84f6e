"""The panel of painting: shows what is in hand, and does what the reader asks of it."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from app.painting.brush import Brush, Limits
from app.panels.painting import PaintingPanel, PaintingStory
from app.panels.segments import SegmentsPanel
from app.viewer.hanging import Hanging
from app.viewer.look import Tool
from app.viewer.window_presets import auto_window
from app.workbench.painting import Painting
from app.workbench.painting_acts import PaintingActs
from app.workbench.painting_wall import laid_uid
from app.workbench.services import Services


class PaintingTable(QObject):
    """Shown while a painting tool is in hand."""

    def __init__(
        self, services: Services, hanging: Hanging, *, painting: Painting, acts: PaintingActs,
        panel: PaintingPanel, segments: SegmentsPanel,
    ) -> None:  # fmt: skip
        super().__init__()
        self._hanging, self._painting, self._panel, self._segments = hanging, painting, panel, segments
        for moved in (painting.changed, services.workspace.segmentations_changed, hanging.activated,
                      hanging.tool_changed):  # fmt: skip
            moved.connect(self.refresh)
        panel.tool_chosen.connect(lambda name: painting.take(Tool(name)))
        panel.brush_changed.connect(painting.hold)
        panel.reach_changed.connect(self._reach)
        panel.segment_chosen.connect(self._choose)
        panel.new_requested.connect(painting.begin_segment)
        panel.renamed.connect(painting.rename)
        panel.delete_requested.connect(painting.delete_segment)
        panel.fill_requested.connect(acts.fill_between)
        panel.clear_requested.connect(acts.clear_slice)
        panel.holes_requested.connect(acts.fill_holes)
        panel.closed.connect(painting.put_down)
        segments.delete_requested.connect(lambda uid: painting.delete(uid.removeprefix("drawn|")))
        segments.chosen.connect(self._choose_row)

    def toggle_ball(self) -> None:
        """A ball, or a disc on the slice."""
        self._hold(ball=not self._painting.brush.ball)

    def toggle_limits(self) -> None:
        """Only values of a range, or all of them."""
        if self._painting.brush.limits is not None:
            self._hold(limits=None)
        else:
            shown = self._panel.story
            self._hold(limits=Limits(*(shown.values if shown is not None else (0.0, 100.0))))

    def refresh(self, *_: object) -> None:
        """Show what is in hand now."""
        painting = self._painting
        segmentation, segment = painting.segmentation, painting.segment
        if segmentation is not None and segment is not None and painting.is_on:
            self._segments.mark_chosen(laid_uid(segmentation.uid), segment.number)
        else:
            self._segments.mark_chosen("", 0)
        if not painting.is_on or painting.subject is None:
            self._panel.hide()
            return
        self._panel.show_story(
            PaintingStory(
                self._hanging.tool.value, painting.brush, painting.reach_mm, segmentation,
                segment.number if segment is not None else 0, painting.subject.unit, self._values(),
            )
        )  # fmt: skip

    def _values(self) -> tuple[float, float]:
        """A range to begin with: what the window of the chosen viewport shows."""
        view = self._hanging.slice_view(self._hanging.active)
        window = view.look.window if view is not None else None
        if window is None or view is None:
            return 0.0, 100.0
        if window.width <= 0:
            window = auto_window(view.exhibit)
        return round(window.centre - window.width / 2, 1), round(window.centre + window.width / 2, 1)

    def _hold(self, **changes: object) -> None:
        brush: Brush = replace(self._painting.brush, **changes)  # type: ignore[arg-type] # fields of Brush
        self._painting.hold(brush)

    def _reach(self, reach_mm: float) -> None:
        self._painting.reach_mm = reach_mm

    def _choose(self, number: int) -> None:
        found = self._painting.segmentation
        if found is not None:
            self._painting.choose(found.uid, number)

    def _choose_row(self, uid: str, number: int) -> None:
        """A click on a segment of the list takes it in hand as well."""
        if uid.startswith("drawn|"):
            self._painting.choose(uid.removeprefix("drawn|"), number)
