"""Measurements on the wall and in the panel: each picture gets ground to measure on, and what is on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from app.panels.measurements import MeasurementsPanel
from app.viewer.cine_view import CineView
from app.viewer.exhibit import Exhibit
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.viewer.measurements.calibration import hand_scale, read_regions
from app.viewer.measurements.ground import Ground
from app.viewer.measurements.making import made
from app.viewer.measurements.measurement import Kind, Measurement, Space
from app.viewer.slice_view import SliceView
from app.viewer.volume_view import VolumeView
from app.workbench.measuring import Measuring
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.study import DisplaySet
from inference.imaging.ultrasound import Region


class MeasuringWall(QObject):
    """Keeps views and panel as `Measuring` says, and tells it what is drawn on them."""

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *,
        measuring: Measuring, panel: MeasurementsPanel,
    ) -> None:  # fmt: skip
        super().__init__()
        self._services, self._hanging = services, hanging
        self._measuring, self._panel = measuring, panel
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)
        measuring.changed.connect(self.refresh)
        hanging.measured.connect(measuring.keep)
        hanging.measurement_chosen.connect(measuring.choose)
        hanging.rename_requested.connect(panel.rename)
        panel.removed.connect(measuring.delete)
        panel.renamed.connect(measuring.rename)

    @property
    def can_mark(self) -> bool:
        """Whether the chosen viewport shows a picture as it was acquired."""
        view = self._hanging.slice_view(self._hanging.active)
        return view is not None and view.measuring.ground is not None and view.look.plane is Plane.NATIVE

    def toggle_key_image(self) -> None:
        """Mark the picture on show as a key image, or take the mark away."""
        view = self._hanging.slice_view(self._hanging.active)
        sheet = view.sheet() if view is not None and self.can_mark else None
        if sheet is not None:
            self._measuring.toggle_mark(made(sheet, Kind.KEY_IMAGE, np.zeros((0, 2))))

    def refresh(self) -> None:
        """Show what there is now."""
        for view in self._hanging.slice_views():
            self._show_on(view)
        self._show_in_depth()
        self._panel.show_measurements(self._measuring.measurements)
        self._panel.mark_chosen(self._measuring.chosen)

    def _show_on(self, view: SliceView) -> None:
        layer, uid = view.measuring, view.exhibit.display_set_uid
        known, shown = self._measuring.measurements, view.exhibit
        own = tuple(m for m in known if m.site.display_set_uid == uid or is_point_in(m, shown))
        by_hand = hand_scale(own, uid)
        if layer.ground is not None and layer.ground.by_hand != by_hand:
            layer.ground = replace(layer.ground, by_hand=by_hand)
        layer.measurements, layer.chosen, layer.shown = own, self._measuring.chosen, self._measuring.shown
        view.update()

    def _show_in_depth(self) -> None:
        """Lines and points of the patient in the views in 3-D."""
        shown = self._measuring.measurements if self._measuring.shown else ()
        for slot in range(len(self._hanging.wall.slots)):  # also behind one that fills the window
            view = self._hanging.view(slot)
            if isinstance(view, VolumeView):
                placed = (m for m in shown if is_placed_in(m, view.exhibit))
                view.show_marks(tuple(placed), self._measuring.chosen)

    def _dress(self, _slot: int = 0) -> None:
        """Give every view its ground, and what was measured on it."""
        self._show_in_depth()
        for slot in self._hanging.wall.visible_numbers:
            view = self._hanging.slice_view(slot)
            if view is None:
                continue
            shown = self._services.workspace.sitting.display_set(view.exhibit.display_set_uid)
            view.measuring.ground = None if shown is None else self._ground(slot, shown)
            if shown is not None and shown.modality == "US" and shown.uid not in self._measuring.regions:
                self._read_regions(shown)
            self._show_on(view)

    def _ground(self, slot: int, display_set: DisplaySet) -> Ground:
        hung = self._hanging.view(slot)
        position = hung.position if isinstance(hung, CineView) else 0
        by_hand = hand_scale(self._measuring.measurements, display_set.uid)
        return Ground(display_set, position, self._measuring.regions.get(display_set.uid, {}), by_hand)

    def _read_regions(self, display_set: DisplaySet) -> None:
        """The scales of ultrasound stand in its files, region by region."""
        self._measuring.regions[display_set.uid] = {}
        self._services.quiet.run(
            f"Scales of {display_set.title}",
            lambda _report: read_regions(display_set),
            then=partial(self._take_regions, display_set.uid),
            otherwise=self._services.messages.show,
        )

    def _take_regions(self, uid: str, regions: Mapping[str, tuple[Region, ...]]) -> None:
        self._measuring.regions[uid] = regions
        self._dress()


def is_placed_in(measurement: Measurement, exhibit: Exhibit) -> bool:
    """Whether its points are positions in the patient that an exhibit shows."""
    site = measurement.site
    placed = measurement.space is Space.PATIENT and bool(measurement.points)
    return placed and exhibit.is_placed_in(site.frame_of_reference_uid, site.series_uid)


def is_point_in(measurement: Measurement, exhibit: Exhibit) -> bool:
    """Whether it is a point of the patient, which every series of its space shows."""
    return measurement.kind is Kind.POINT and is_placed_in(measurement, exhibit)
