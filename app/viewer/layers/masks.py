"""The layer that paints a labelled volume over slices: a fill with an outline for each segment."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from app.viewer.exhibit import Exhibit
from app.viewer.layers.painted_mask import MaskOrder, PaintedMask, painted, painted_coarsely
from app.viewer.layers.scene import Scene
from app.viewer.look import Cut, Oblique
from app.viewer.refining import Work
from inference.imaging.objects.moments import Moments
from inference.imaging.segments import Segment, SegmentMap

FILL = 0.28  # opacity inside an outline: the picture beneath stays readable
_OUTLINE_PX = 1.5


class MaskLayer:
    """Draws one segment map over whatever exhibit shares its space.

    moments  when each segment is there, in loops; a loop that is not named has it always
    """

    def __init__(self, segment_map: SegmentMap | None = None, moments: Moments | None = None) -> None:
        self.segment_map = segment_map
        self.moments: Moments = moments or {}
        self.fill = FILL

    @property
    def solid_map(self) -> SegmentMap | None:
        """What is drawn, as others may keep it."""
        return self.segment_map

    def belongs_to(self, exhibit: Exhibit) -> bool:
        """Whether positions of the labels are positions in the exhibit."""
        shown = self.segment_map
        if shown is None:
            return False
        if not shown.frame_of_reference_uid and not shown.series_uid:
            return True
        return exhibit.is_placed_in(shown.frame_of_reference_uid, shown.series_uid)

    def draw(self, painter: QPainter, scene: Scene) -> None:
        """Paint the visible segments that the plane of the picture cuts."""
        if self.segment_map is None or not scene.plane.placed or not self.belongs_to(scene.exhibit):
            return
        found = self._painted(self.segment_map, scene)
        rows, columns = found.finer
        painter.save()
        painter.setTransform(QTransform.fromScale(1 / columns, 1 / rows) * scene.transform, True)
        painter.drawImage(QPointF(0, 0), found.fill)
        for colour, lines in found.outlines:
            pen = QPen(colour, _OUTLINE_PX)
            pen.setCosmetic(True)
            pen.setCapStyle(Qt.PenCapStyle.SquareCap)
            painter.setPen(pen)
            painter.drawLines(lines)
        painter.restore()

    def segment_at(self, scene: Scene, point_lps_mm: NDArray[np.float64]) -> Segment | None:
        """The visible segment at a point of the patient."""
        shown = self.segment_map
        if shown is None or not self.belongs_to(scene.exhibit):
            return None
        index = np.round(shown.labels.to_index(point_lps_mm)).astype(int)
        if np.any(index < 0) or np.any(index >= shown.labels.shape):
            return None
        number = int(shown.labels.voxels[tuple(index)])
        return next((s for s in self._there(shown, scene) if s.number == number and s.visible), None)

    def _painted(self, segment_map: SegmentMap, scene: Scene) -> PaintedMask:
        """Kept by view; on a plane that turns coarse at first, and whole as soon as it rests."""
        there = self._there(segment_map, scene)
        order = MaskOrder(segment_map.labels, scene.plane, there, self.fill)
        where: tuple[Cut, int] = (scene.look.plane, scene.look.slice_index)
        slow = scene.refining is not None and isinstance(scene.look.plane, Oblique) and not order.is_small

        def at_once() -> PaintedMask:
            whole = None if slow else painted(order)
            return whole or painted_coarsely(order)

        if scene.refining is None:
            return at_once()
        work = Work(self, (segment_map, scene.exhibit, *where, self.fill), partial(painted, order))
        return scene.refining.result(work, at_once, slow=slow)

    def _there(self, segment_map: SegmentMap, scene: Scene) -> tuple[Segment, ...]:
        """The segments that belong to this moment of a loop; all of them elsewhere."""
        moments: Mapping[int, frozenset[int]] = self.moments.get(scene.exhibit.display_set_uid, {})
        now = scene.look.slice_index
        return tuple(s for s in segment_map.segments if s.number not in moments or now in moments[s.number])
