"""What hangs on the wall of viewports: views made of studies, and kept together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.layouts import Layout
from app.loops import positions_of
from app.viewer import gestures
from app.viewer.cine_view import CineView
from app.viewer.exhibit import Exhibit, cine_exhibit, picture_exhibit, volume_exhibit
from app.viewer.gallery import Gallery
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.look import Look, Plane
from app.viewer.moving_planes import MovingPlanes
from app.viewer.planes import Planes
from app.viewer.reel import Reel
from app.viewer.slice_view import SliceView
from app.viewer.slicing import PictureSlices
from app.viewer.together import Together
from app.viewer.volume_player import VolumePlayer
from app.viewer.volume_presets import preset_called
from app.viewer.volume_view import VolumeView
from app.viewer.window_presets import default_window
from explain.attribution import Attribution
from inference.imaging.phases import VolumeLoop
from inference.imaging.study import DisplaySet, Study
from inference.imaging.volume import Cine, Picture, Volume


class Hanging(Gallery):
    """Shows what it is given, and says what the reader asks for. Knows no file and no model."""

    look_changed = Signal(int, object)  # slot, Look
    crosshair_moved = Signal(object)  # (3,) LPS millimetres
    picture_needed = Signal(int, str, int)  # slot, display set uid, index
    probed = Signal(object)  # Probed
    loop_changed = Signal()  # a cine stack shows the loop of another slice
    contour_edited = Signal(object)  # Contour
    pointed_in_depth = Signal(int, object)  # slot, (3,) LPS millimetres of what was clicked on in 3-D

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.together = Together(self.slice_views)
        self.planes = Planes(self._visible_views, self.together)
        self.overlay: Overlay | None = None
        self.player = VolumePlayer()
        if (column := self.layout()) is not None:
            column.addWidget(self.player)
        self.moving = MovingPlanes(lambda: [slot.view for slot in self.wall.slots], self.player)
        self.badges: Mapping[str, str] = {}  # study uid -> "PRE" or "POST"
        self.activated.connect(self._refer)

    def show_volume(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, volume: Volume,
        plane: Plane = Plane.NATIVE,
    ) -> SliceView:  # fmt: skip
        """Hang the slices of a volume."""
        return self.hang(slot, volume_exhibit(volume, study, display_set, self.badge(study)), plane)

    def show_picture(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, picture: Picture, index: int = 0
    ) -> SliceView:
        """Hang a still, or add one more picture of the stack that hangs there already."""
        view = self.view(slot)
        uid = display_set.uid if display_set else ""
        if isinstance(view, SliceView) and uid and view.exhibit.display_set_uid == uid:
            if isinstance(view.exhibit.native, PictureSlices):  # else the whole volume is here already
                view.exhibit.native.pictures[index] = picture
                view.picture_arrived()
            return view
        made = self.hang(slot, picture_exhibit(picture, study, display_set, self.badge(study), index))
        made.adjust(slice_index=index)
        return made

    def show_cine(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, cine: Cine | Reel,
        position: int = 0,
    ) -> CineView:  # fmt: skip
        """Hang a loop at rest; of a cine stack, the one at slice `position`."""
        exhibit = cine_exhibit(cine, study, display_set, self.badge(study))
        hung = self.view(slot)
        uid = exhibit.display_set_uid
        if isinstance(hung, CineView) and uid and hung.view.exhibit.display_set_uid == uid:
            hung.show_position(cine, exhibit, position)
            return hung
        look = Look(window=default_window(exhibit), inverted=exhibit.inverted)
        view = CineView(cine, exhibit, look, (position, positions_of(display_set)))
        view.view.tool = self.tool
        view.view.set_overlay(self.overlay)
        self.hold(slot, view)
        view.view.look_changed.connect(lambda look: self.look_changed.emit(slot, look))
        view.view.crosshair_moved.connect(lambda point: self._pointed(view.view, point))
        view.view.probed.connect(self.probed)
        view.position_shown.connect(self.loop_changed)
        view.contour_edited.connect(self.contour_edited)
        view.position_needed.connect(lambda place: self.picture_needed.emit(slot, uid, place))
        return view

    def show_volume_rendering(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, volume: Volume, preset: str = ""
    ) -> VolumeView:
        """Hang a volume in 3-D; `preset` is a key of resources/presets/volume.json."""
        exhibit = volume_exhibit(volume, study, display_set, self.badge(study))
        view = VolumeView(exhibit, preset_called(preset) if preset else None)
        view.set_overlay(self.overlay)
        self.hold(slot, view)
        view.pointed.connect(lambda point: self.together.lead(exhibit, point))
        view.pointed.connect(lambda point: self.pointed_in_depth.emit(slot, point))
        return view

    def show_mpr(self, study: Study | None, display_set: DisplaySet | None, volume: Volume) -> None:
        """Axial, sagittal and coronal round one crosshair, and the volume in 3-D in the fourth slot."""
        self.set_layout(Layout.FOUR)
        exhibit = volume_exhibit(volume, study, display_set, self.badge(study))
        for slot, plane in enumerate((Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)):
            self.hang(slot, exhibit, plane)
        self.show_volume_rendering(3, study, display_set, volume)
        self.go_to(0, volume.to_lps_mm((np.array(volume.shape) - 1) / 2))

    def take_phases(
        self, display_set_uid: str, exhibits: Sequence[Exhibit], loop: VolumeLoop, phase: int
    ) -> None:
        """Let the planes of a volume, and its view in 3-D, go through its phases."""
        for slot in self.wall.slots:
            view = slot.view
            if isinstance(view, SliceView | VolumeView) and view.exhibit.display_set_uid == display_set_uid:
                view.show_exhibit(exhibits[phase])
        self.moving.begin(exhibits, loop, phase)

    def hang(self, slot: int, exhibit: Exhibit, plane: Plane = Plane.NATIVE) -> SliceView:
        """Hang an exhibit in a slice view, with the window that its file asks for."""
        look = Look(plane, exhibit.middle(plane), default_window(exhibit), exhibit.inverted)
        look = gestures.in_stance(look, exhibit.stance)
        view = SliceView(exhibit, look)
        view.tool = self.tool
        view.furniture.linked = self.together.words_for
        view.set_overlay(self.overlay)
        self.hold(slot, view)
        view.crosshair_moved.connect(lambda point: self._pointed(view, point))
        view.look_changed.connect(lambda look: self._looked(slot, view, look))
        view.picture_needed.connect(
            lambda index: self.picture_needed.emit(slot, exhibit.display_set_uid, index)
        )
        view.probed.connect(self.probed)
        view.planes_turned.connect(lambda turn: self.planes.turn(view, turn))
        self._refer()
        return view

    def set_overlay(self, attribution: Attribution | None, look: OverlayLook | None = None) -> None:
        """Lay an explanation over every view that it belongs to; None takes it away."""
        self.overlay = None if attribution is None else Overlay(attribution, look or OverlayLook())
        for view in self.slice_views():
            view.set_overlay(self.overlay)
        for slot in self.wall.slots:
            if isinstance(slot.view, VolumeView):
                slot.view.set_overlay(self.overlay)

    def go_to(self, slot: int, point_lps_mm: NDArray[np.float64]) -> None:
        """Bring `slot`, and every view that shares its space, to a point in the patient."""
        view = self.slice_view(slot)
        if view is not None:
            view.go_to(point_lps_mm)
            self.together.point_at(view, point_lps_mm)

    def badge(self, study: Study | None) -> str:
        """PRE or POST while two studies are compared."""
        return self.badges.get(study.uid, "") if study else ""

    def _pointed(self, view: SliceView, point: NDArray[np.float64]) -> None:
        self.together.point_at(view, point)
        self.crosshair_moved.emit(point)

    def _looked(self, slot: int, view: SliceView, look: Look) -> None:
        self.together.scrolled(view)
        self.planes.followed(view)
        if slot == self.active:
            self._refer()
        else:
            self.planes.refresh()
        self.look_changed.emit(slot, look)

    def _refer(self, _slot: int = 0) -> None:
        view = self.slice_view(self.active)
        several = len(self.wall.visible_numbers) > 1
        self.together.refer(view if several else None)
        self.planes.refresh()

    def _visible_views(self) -> list[SliceView]:
        views = (self.slice_view(slot) for slot in self.wall.visible_numbers)
        return [view for view in views if view is not None]
