"""Planes of one volume side by side: they cross in one point, are turned together, and come back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSizeF

from app.viewer import placing
from app.viewer.layers.cut_lines import CutLine
from app.viewer.look import Cut, Oblique, Plane
from app.viewer.slice_view import SliceView
from app.viewer.slicing import nearest_slice
from app.viewer.together import Together
from app.viewer.turned_planes import PlaneTurn, meeting_point, stands_for, turned

_OFF = 0.51  # of a slice's thickness: further from it the crossing no longer lies on a plane
_FLAT = 0.999  # cosine from which two planes are one


class Planes:
    """Acts on the views that cut one volume in several planes; all others are left alone."""

    def __init__(self, views: Callable[[], list[SliceView]], together: Together) -> None:
        self._views, self._together = views, together
        self._busy = False  # a view that follows must not lead

    def beside(self, source: SliceView) -> list[SliceView]:
        """The other planes of the same volume on the screen."""
        if source.exhibit.volume is None or source.look.plane is Plane.NATIVE:
            return []
        return [
            view
            for view in self._views()
            if view is not source
            and view.exhibit.volume is source.exhibit.volume
            and view.look.plane is not Plane.NATIVE
            and stands_for(view.look.plane) is not stands_for(source.look.plane)
        ]

    def refresh(self) -> None:
        """Draw in every plane where the others cut it."""
        for view in self._views():
            view.lines.cross(
                [
                    CutLine(stands_for(other.look.plane), other.plane, other.look.slab_mm)
                    for other in self.beside(view)
                    if abs(float(other.plane.normal_lps @ view.plane.normal_lps)) < _FLAT
                ]
            )

    def followed(self, source: SliceView) -> None:
        """Let the crossing go along with a plane that was scrolled away from it."""
        crossing = source.look.crosshair_lps_mm
        others = self.beside(source)
        if self._busy or self._together.busy or crossing is None or not others:
            return
        ahead_mm = float(source.plane.to_pixels(np.array(crossing))[2])
        if abs(ahead_mm) <= source.plane.thickness_mm * _OFF:
            return
        planes = (source.plane, *(view.plane for view in others))
        self._put(meeting_point(planes, np.array(crossing)), [source, *others])

    def turn(self, source: SliceView, turn: PlaneTurn) -> None:
        """Turn the other planes about the crossing, or one of them alone."""
        crossing, others = source.look.crosshair_lps_mm, self.beside(source)
        if crossing is None:
            return
        planes = (source.plane, *(view.plane for view in others))
        centre = meeting_point(planes, np.array(crossing))
        self._put(centre, [source, *others])
        for view in others:
            if turn.alone in (None, stands_for(view.look.plane)):
                self._cut(view, turned(view.look.plane, turn, centre), centre)

    def lay(self, view: SliceView, cut: Cut, centre_lps_mm: NDArray[np.float64]) -> None:
        """Lay one plane along a cut through a point, which becomes the crossing of all."""
        self._put(centre_lps_mm, [view, *self.beside(view)])
        if cut != view.look.plane:
            self._cut(view, cut, centre_lps_mm)

    def straighten(self, source: SliceView) -> None:
        """Lay every plane along the patient again, through the crossing."""
        for view in (source, *self.beside(source)):
            if isinstance(view.look.plane, Oblique):
                centre = np.array(view.look.crosshair_lps_mm or view.look.plane.centre_lps_mm)
                self._cut(view, stands_for(view.look.plane), centre)

    def _cut(self, view: SliceView, cut: Cut, centre_lps_mm: NDArray[np.float64]) -> None:
        """Cut otherwise, at the same scale, with the crossing where it was on the screen."""
        self._busy, before = True, self._busy
        scene = view.scene()
        spot = placing.to_screen(scene.transform, scene.plane.to_pixels(centre_lps_mm)[:2])
        slices = view.exhibit.slices(cut)
        index = nearest_slice(slices, centre_lps_mm)
        scale = placing.screen_scale(scene.plane, view.look, QSizeF(view.size()))
        look = replace(view.look, plane=cut, slice_index=index)
        plane = slices.plane(index)
        pixel = plane.to_pixels(centre_lps_mm)[:2]
        view.set_look(placing.held_at(plane, look, QSizeF(view.size()), pixel, (spot, scale)))
        self._busy = before

    def _put(self, point_lps_mm: NDArray[np.float64], views: list[SliceView]) -> None:
        self._busy, before = True, self._busy
        x, y, z = (float(value) for value in point_lps_mm)
        for view in views:
            view.adjust(crosshair_lps_mm=(x, y, z))
        self._busy = before


def clockwise(view: SliceView, degrees: float, alone: Plane | None = None) -> PlaneTurn:
    """A turn of the lines on a picture, clockwise as it is seen on the screen."""
    mirrored = view.scene().transform.determinant() < 0
    sign = -1.0 if mirrored else 1.0
    return PlaneTurn(view.plane.normal_lps, sign * float(np.radians(degrees)), alone)


def steepest(view: SliceView) -> Plane | None:
    """The plane whose line stands most upright on a picture."""
    found = list(view.cut_lines.traces(view.scene()))
    if not found:
        return None
    return min(found, key=lambda each: abs(each[1].dx()) / (abs(each[1].dy()) + 1e-9))[0].of
