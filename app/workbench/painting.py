"""Segments as steps of the workspace: begun, copied, painted, named, deleted."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.painting.brush import Brush
from app.painting.segmentation import DrawnSegment, Segmentation
from app.viewer.exhibit import Exhibit
from app.viewer.hanging import Hanging
from app.viewer.look import Tool
from app.viewer.tools.paint import PAINTING
from app.workbench.services import Services
from inference.errors import NotApplicableError
from inference.imaging.segments import colour_of
from inference.imaging.study import Kind

GROW_MM = 40.0  # how far a region may grow to begin with


class Painting(QObject):
    """Which segment is in hand, and with which brush. Knows values; views and canvases are elsewhere."""

    changed = Signal()  # another segment is in hand, or another brush

    def __init__(self, services: Services, hanging: Hanging) -> None:
        super().__init__()
        self._services, self._hanging, self._workspace = services, hanging, services.workspace
        self.brush, self.reach_mm = Brush(), GROW_MM
        self._uid, self._number = "", 0

    @property
    def subject(self) -> Exhibit | None:
        """The volume in the chosen viewport, where it can be painted on."""
        view = self._hanging.slice_view(self._hanging.active)
        shown = view.exhibit if view is not None else None
        if shown is None or shown.volume is None or view is None or not view.plane.placed:
            return None
        display_set = self._workspace.sitting.display_set(shown.display_set_uid)
        still = display_set is not None and display_set.kind is Kind.VOLUME and display_set.phases <= 1
        return shown if still else None

    @property
    def segmentation(self) -> Segmentation | None:
        """What is painted on: what was chosen, else the newest of the volume in the chosen viewport."""
        known = self._workspace.sitting.desk.segmentations
        if self._uid in known:
            return known[self._uid]
        shown = self.subject
        own = [s for s in known.values() if shown is not None and s.display_set_uid == shown.display_set_uid]
        return own[-1] if own else None

    @property
    def segment(self) -> DrawnSegment | None:
        """The segment in hand."""
        found = self.segmentation
        if found is None:
            return None
        return found.segment(self._number) or next(iter(found.segments), None)

    @property
    def is_on(self) -> bool:
        """Whether a painting tool is in hand."""
        return self._hanging.tool in PAINTING

    def choose(self, uid: str, number: int) -> None:
        """Take another segment in hand."""
        self._uid, self._number = uid, number
        self.changed.emit()

    def take(self, tool: Tool) -> None:
        """Take a painting tool in hand; where there is no segment yet, one is begun."""
        shown, found = self.subject, self.segmentation
        if shown is None:
            self._refuse()
            return
        if found is None or found.display_set_uid != shown.display_set_uid:
            self._uid = ""
        self._hanging.set_tool(tool)
        if self.segment is None:
            self.begin_segment()
        self.changed.emit()

    def put_down(self) -> None:
        """The tool of the start again."""
        if self.is_on:
            self._hanging.set_tool(Tool.WINDOW)
        self.changed.emit()

    def hold(self, brush: Brush) -> None:
        """Paint with another brush."""
        if brush != self.brush:
            self.brush = brush
            self.changed.emit()

    def begin_segment(self) -> None:
        """One more segment, in hand at once."""
        shown = self.subject
        if shown is None:
            self._refuse()
            return
        found = self.segmentation
        if found is None or found.display_set_uid != shown.display_set_uid:
            found = self.empty(shown)
        number = found.free_number
        if number is not None:
            self._uid, self._number = found.uid, number
            segment = DrawnSegment(number, f"Segment {number}", colour_of(number))
            self.put("New segment", found.with_segment(segment))
            if not self.is_on:
                self._hanging.set_tool(Tool.BRUSH)
            self.changed.emit()

    def empty(self, shown: Exhibit, title: str = "Segments") -> Segmentation:
        """A segmentation of a volume without any segment."""
        if shown.volume is None:
            raise ValueError("only a volume can be painted on")
        return Segmentation(
            uuid.uuid4().hex, shown.study_uid, shown.display_set_uid, shown.series_uid,
            shown.frame_of_reference_uid, shown.volume.shape, np.array(shown.volume.affine_lps), title,
            author=self._services.remembered.settings.reader,
            created=datetime.now(UTC).isoformat(timespec="milliseconds"),
        )  # fmt: skip

    def put(self, title: str, segmentation: Segmentation) -> None:
        """A segmentation in another state, as a step."""
        if self._workspace.sitting.desk.segmentations.get(segmentation.uid) is not segmentation:
            self._workspace.segment(title, [segmentation])

    def rename(self, name: str) -> None:
        """Another name for the segment in hand."""
        found, segment = self.segmentation, self.segment
        if found is not None and segment is not None and name and name != segment.name:
            self.put("Name segment", found.with_segment(replace(segment, name=name)))

    def delete_segment(self) -> None:
        """The segment in hand goes with its voxels; undo brings it back."""
        found, segment = self.segmentation, self.segment
        if found is None or segment is None:
            return
        if len(found.segments) == 1:
            self.delete(found.uid)
        else:
            self.put(f"Delete {segment.name}", found.without_segment(segment.number))

    def delete(self, uid: str) -> None:
        """A segmentation goes; undo brings it back."""
        self._workspace.segment("Delete segments", gone=[uid])

    def _refuse(self) -> None:
        words = "Segments can be painted on a volume only."
        hint = "Choose a viewport with a CT, MR or PET series that has been read to its end."
        self._services.messages.show(NotApplicableError(words, hint=hint))
