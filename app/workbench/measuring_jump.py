"""From a row of the table to the picture that was measured on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.panels.measurements import MeasurementsPanel
from app.viewer import placing
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Cut, Oblique, Plane
from app.viewer.measurements.ground import to_pixels
from app.viewer.measurements.measurement import Kind, Measurement, Site, Space
from app.viewer.slice_view import SliceView
from app.viewer.turned_planes import stands_for
from app.workbench.cutting import Cutting
from app.workbench.measuring import Measuring
from app.workbench.showing import Showing
from app.workspace import Workspace
from inference.imaging.study import Kind as PictureKind
from inference.imaging.volume import Volume

_MARGIN_PX = 12  # a point closer to the edge of the view than this is brought to the middle


class Jumping(QObject):
    """Goes to a measurement; where its series does not hang, it is hung first."""

    def __init__(
        self, workspace: Workspace, hanging: Hanging, showing: Showing, *,
        cutting: Cutting, measuring: Measuring, panel: MeasurementsPanel,
    ) -> None:  # fmt: skip
        super().__init__()
        self._workspace, self._hanging, self._showing = workspace, hanging, showing
        self._cutting, self._measuring = cutting, measuring
        self._sought = ""
        panel.chosen.connect(self.go_to)
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._go)
        workspace.current_changed.connect(self._give_up)

    def go_to(self, uid: str) -> None:
        """Choose a measurement and show it."""
        measurement = self._measuring.measurement(uid)
        if measurement is None:
            return
        self._measuring.choose(uid)
        self._sought = uid
        desk = self._workspace.sitting.desk
        series = measurement.site.display_set_uid
        hung = {view.exhibit.display_set_uid for view in self._hanging.slice_views()}
        if series not in hung and self._workspace.sitting.display_set(series) is not None:
            slot = self._hanging.active
            self._workspace.show(slot if slot in desk.numbers else 0, series)
        self._go()

    def step(self, step: int) -> None:
        """Go to the next measurement, or the one before."""
        uids = [m.uid for m in self._measuring.measurements]
        if uids:
            chosen = self._measuring.chosen
            here = uids.index(chosen) if chosen in uids else (-1 if step > 0 else 0)
            self.go_to(uids[(here + step) % len(uids)])

    def _give_up(self, _study: object) -> None:
        self._sought = ""

    def _go(self, _slot: int = 0) -> None:
        """Go there once the series, and of a cine stack the slice, hangs."""
        measurement = self._measuring.measurement(self._sought)
        if measurement is None:
            return
        series = measurement.site.display_set_uid
        seen = ((n, self._hanging.slice_view(n)) for n in self._hanging.wall.visible_numbers)
        found = [(n, v) for n, v in seen if v is not None and v.exhibit.display_set_uid == series]
        if not found:
            return
        hung, view = self._hanging.view(found[0][0]), found[0][1]
        if measurement.kind is Kind.POINT and view.exhibit.volume is not None:
            self._sought = ""
            self._hanging.go_to(found[0][0], measurement.array[0])  # and every view that shows the place
            bring_into_view(view, measurement)
            return
        if isinstance(hung, CineView):
            self._show_frame(hung, measurement)
        elif measurement.site.plane and view.exhibit.volume is not None:
            self._show_cut(found, measurement)
        else:
            self._show_slice(view, measurement)

    def _show_cut(self, found: Sequence[tuple[int, SliceView]], measurement: Measurement) -> None:
        """Lay the plane that it was drawn on where it was drawn; without planes on the wall, bring them."""
        site = measurement.site
        cuts = [(n, v) for n, v in found if v.look.plane is not Plane.NATIVE]
        if not cuts:
            if isinstance(self._showing.shelf.get(site.display_set_uid), Volume):
                self._cutting.cut(site.display_set_uid)  # comes back here with its planes
            return
        slot, view = next((one for one in cuts if stands_for(one[1].look.plane) == site.plane), cuts[0])
        self._sought = ""
        middle = measurement.array.mean(axis=0)
        self._hanging.go_to(slot, middle)
        self._hanging.planes.lay(view, cut_of(site, middle), middle)
        bring_into_view(view, measurement)

    def _show_frame(self, hung: CineView, measurement: Measurement) -> None:
        display_set = self._workspace.sitting.display_set(measurement.site.display_set_uid)
        if display_set is None:
            return
        phases = (
            display_set.phases if display_set.kind is PictureKind.CINE_STACK else len(display_set.frame_index)
        )
        position, frame = divmod(max(measurement.site.picture, 0), phases)
        if position != hung.position:
            hung.position_needed.emit(position)  # comes back here with the loop of that slice
            return
        self._sought = ""
        hung.follow(frame)
        bring_into_view(hung.view, measurement)

    def _show_slice(self, view: SliceView, measurement: Measurement) -> None:
        if measurement.space is Space.PATIENT and measurement.points and view.exhibit.volume is not None:
            view.go_to(measurement.array.mean(axis=0))
        elif measurement.site.picture >= 0 and view.look.plane is Plane.NATIVE:
            view.adjust(slice_index=measurement.site.picture)
        bring_into_view(view, measurement)
        if view.exhibit.volume is not None or view.exhibit.native.count > 1:
            self._sought = ""


def cut_of(site: Site, point_lps_mm: NDArray[np.float64]) -> Cut:
    """The plane that something was drawn on, through a point of it."""
    plane = Plane(site.plane)
    if site.axes_lps is None:
        return plane
    x, y, z = (float(value) for value in point_lps_mm)
    return Oblique(*site.axes_lps, (x, y, z), plane)


def bring_into_view(view: SliceView, measurement: Measurement) -> None:
    """Bring it to the middle where zoom and pan have left it outside."""
    if not measurement.points:
        return
    middle = to_pixels(measurement, view.plane).mean(axis=0)
    spot = placing.to_screen(view.scene().transform, np.asarray(middle))
    inside = view.rect().adjusted(_MARGIN_PX, _MARGIN_PX, -_MARGIN_PX, -_MARGIN_PX)
    if not inside.contains(spot.toPoint()):
        view.set_look(placing.centred_on(view.plane, view.look, middle))
