"""Keeps the views of a wall together: crosshair, scrolling in patient millimetres, reference lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.viewer.exhibit import Exhibit
from app.viewer.linking import Links, are_parallel, moved
from app.viewer.slice_view import SliceView
from app.viewer.slicing import reaches
from inference.imaging.study import Triple

PRIOR = "PRE"  # badge of a picture of the earlier study
Views = Callable[[], list[SliceView]]


class Together:
    """Passes on what one view did to those that show the same patient. Knows views by what they show."""

    def __init__(self, views: Views) -> None:
        self.links = Links()
        self.scroll_together = True
        self.show_crosshair = True
        self.show_references = True
        self._views = views
        self._busy = False  # a view that follows must not lead

    @property
    def busy(self) -> bool:
        """Whether views are being brought to a place that another has chosen."""
        return self._busy

    def words_for(self, exhibit: Exhibit) -> str:
        """How a prior is linked with the study beside it; empty where it is not, or scrolls alone."""
        if not self.scroll_together or exhibit.caption.badge != PRIOR:
            return ""
        others = (v.exhibit for v in self._views() if v.exhibit.study_uid != exhibit.study_uid)
        return next((words for other in others if (words := self.links.words(other, exhibit))), "")

    def point_at(self, source: SliceView, point_lps_mm: NDArray[np.float64]) -> None:
        """Put the crosshair there in every view that knows the place, and go to its slice."""
        for view in self._views():
            matrix = self.links.between(source.exhibit, view.exhibit)
            if matrix is None:
                continue
            point = moved(matrix, point_lps_mm)
            self._quietly(view, point, go=view is not source)

    def lead(self, exhibit: Exhibit, point_lps_mm: NDArray[np.float64]) -> None:
        """Bring the slices that share the space of a volume to a point of it."""
        views = (view for view in self._views() if view.exhibit.shares_space_with(exhibit))
        if (view := next(views, None)) is not None:
            view.go_to(point_lps_mm)
            self.point_at(view, point_lps_mm)

    def _quietly(self, view: SliceView, point: NDArray[np.float64], *, go: bool) -> None:
        self._busy, before = True, self._busy
        triple: Triple = (float(point[0]), float(point[1]), float(point[2]))
        view.adjust(crosshair_lps_mm=triple if self.show_crosshair else None)
        if go:
            view.go_to(point)
        self._busy = before

    def scrolled(self, source: SliceView) -> None:
        """Bring parallel views of the same patient to the same place."""
        if self._busy or not self.scroll_together or not source.plane.placed:
            return
        self._busy = True
        for view in self._views():
            matrix = self.links.between(source.exhibit, view.exhibit)
            if view is source or matrix is None or not view.plane.placed:
                continue
            if are_parallel(source.plane, view.plane, matrix):
                self._follow(view, moved(matrix, source.plane.centre_lps_mm))
        self._busy = False

    @staticmethod
    def _follow(view: SliceView, point_lps_mm: NDArray[np.float64]) -> None:
        """A series without a picture of that place stays where it is."""
        if reaches(view.slices, point_lps_mm):
            view.go_to(point_lps_mm)

    def refer(self, active: SliceView | None) -> None:
        """Show in the other views where the active one cuts them."""
        for view in self._views():
            planes = []
            if active is not None and view is not active and self.show_references:
                same = view.exhibit.shares_space_with(active.exhibit)
                if same and active.plane.placed and not are_parallel(active.plane, view.plane, np.eye(4)):
                    planes = [active.plane]
            view.lines.refer(planes)

    def hide_crosshair(self) -> None:
        """Take the crosshair away."""
        for view in self._views():
            view.set_look(replace(view.look, crosshair_lps_mm=None))
