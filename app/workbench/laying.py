"""Lays a map over the pictures that it belongs to, and goes where it points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from app.overlays import Overlay, OverlayMode
from app.panels.explanations import ExplanationsPanel
from app.sitting import attribution_key
from app.viewer.hanging import Hanging
from app.viewer.layers.explained import Overlay as DrawnOverlay
from app.viewer.layers.explained import OverlayLook
from app.viewer.slice_view import SliceView
from app.workbench.showing import Showing
from app.workspace import Workspace
from explain.attribution import Attribution


class Laying(QObject):
    """Draws the map that the workspace names, in every view of its study; the prior gets its own."""

    def __init__(
        self, workspace: Workspace, panel: ExplanationsPanel, hanging: Hanging, showing: Showing
    ) -> None:
        super().__init__()
        self._workspace, self._panel, self._hanging = workspace, panel, hanging
        self._on_mode = OverlayMode.CONTOUR
        self._wanted = ""  # key of the map that follows from the chosen finding and method
        self._sought: tuple[str, NDArray[np.float64]] | None = None  # what must hang first, and the point
        workspace.overlay_changed.connect(self._follow)
        showing.hung.connect(self._dress)
        panel.look_changed.connect(self._change_look)
        panel.element_chosen.connect(self.go_to)

    def lay(self, attribution: Attribution | None) -> None:
        """Lay a map over the pictures; None takes it away."""
        self._wanted = attribution_key(attribution) if attribution else ""
        self._workspace.lay(self._wanted)
        self._dress()

    def toggle_map(self) -> None:
        """The picture alone, or with the map."""
        mode = self._workspace.sitting.desk.overlay.mode
        if mode is not OverlayMode.OFF:
            self._on_mode = mode
        self._workspace.set_overlay(mode=self._on_mode if mode is OverlayMode.OFF else OverlayMode.OFF)

    def go_to(self, unit: int, element: int) -> None:
        """Show the piece of the map, with its series in the chosen viewport if it hangs nowhere."""
        attribution = self._workspace.sitting.attribution
        if attribution is None:
            return
        place = attribution.units[unit].place
        if place.times_ms is not None:
            return  # a moment of a loop: `Looping` goes there
        self._sought = (place.display_set_uid, place.centres_lps_mm[element])
        shown = self._workspace.sitting.desk.shown
        if place.display_set_uid not in shown and self._workspace.sitting.display_set(place.display_set_uid):
            self._workspace.show(self._hanging.active, place.display_set_uid)
        self._go()

    def _change_look(self, overlay: Overlay) -> None:
        self._workspace.set_overlay(mode=overlay.mode, opacity=overlay.opacity, percentile=overlay.percentile)

    def _follow(self, overlay: Overlay) -> None:
        """Draw as the workspace says; a step back must not bring back the map of another finding."""
        if overlay.attribution != self._wanted:
            self._workspace.lay(self._wanted)
            return
        self._panel.controls.show_look(overlay)
        self._dress()

    def _dress(self, slot: int | None = None) -> None:
        """Lay the map over the views of its study, and the prior's own map over the prior's."""
        overlay = self._workspace.sitting.desk.overlay
        shown = self._workspace.sitting.attribution
        look = OverlayLook(mode=overlay.mode, opacity=overlay.opacity, percentile=overlay.percentile)
        self._hanging.set_overlay(shown, look)
        others = [a for a in self._same_question(shown) if a is not shown] if shown else []
        drawn = {a.study_uid: DrawnOverlay(a, look) for a in others}
        for view in self._hanging.slice_views():
            if view.exhibit.study_uid in drawn:
                view.set_overlay(drawn[view.exhibit.study_uid])
        if slot is not None:
            self._go()

    def _same_question(self, shown: Attribution) -> list[Attribution]:
        """The map on show, and what the same method said of the same target in the other study."""
        question = (shown.target.name, shown.method, shown.weights_sha256)
        return [
            a
            for a in self._workspace.sitting.attributions
            if (a.target.name, a.method, a.weights_sha256) == question
        ]

    def _go(self) -> None:
        """Go to the piece that was asked for, once its series hangs."""
        if self._sought is None:
            return
        uid, point = self._sought
        for slot in self._hanging.wall.visible_numbers:
            view = self._hanging.view(slot)
            if isinstance(view, SliceView) and view.exhibit.display_set_uid == uid:
                self._hanging.go_to(slot, point)
                if view.exhibit.volume is not None:  # a first picture alone cannot be gone through
                    self._sought = None
                return
