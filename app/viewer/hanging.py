"""The wall of viewports: which view hangs in which slot, and what they do together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.desk import Layout
from app.viewer import gestures
from app.viewer.cine_view import CineView
from app.viewer.exhibit import Exhibit, cine_exhibit, picture_exhibit, volume_exhibit
from app.viewer.layers.explained import Overlay, OverlayLook
from app.viewer.look import Look, Plane, Tool
from app.viewer.slice_view import SliceView
from app.viewer.slicing import PictureSlices
from app.viewer.slot import EMPTY
from app.viewer.together import Together
from app.viewer.volume_presets import preset_called
from app.viewer.volume_view import VolumeView
from app.viewer.wall import Wall
from app.viewer.window_presets import default_window, windows_for
from explain.attribution import Attribution
from inference.imaging.study import DisplaySet, Kind, Study, Window
from inference.imaging.volume import Cine, Picture, Volume


class Hanging(QWidget):
    """Up to four views side by side. Shows what it is given and says what the reader asks for."""

    activated = Signal(int)  # slot that keys act on
    layout_changed = Signal(object)  # Layout
    look_changed = Signal(int, object)  # slot, Look
    crosshair_moved = Signal(object)  # (3,) LPS millimetres
    menu_requested = Signal(int, QPoint)  # slot, where on the screen
    files_dropped = Signal(list)  # list[Path]
    display_set_dropped = Signal(int, str)  # slot, display set uid
    picture_needed = Signal(int, str, int)  # slot, display set uid, index
    probed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wall = Wall(self)
        self.together = Together(self.slice_views)
        self.tool = Tool.WINDOW
        self.overlay: Overlay | None = None
        self.badges: Mapping[str, str] = {}  # study uid -> "PRE" or "POST"
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.wall)
        self.wall.activated.connect(self._tell_active)
        self.wall.layout_changed.connect(self.layout_changed)
        self.wall.files_dropped.connect(self.files_dropped)
        self.wall.display_set_dropped.connect(self.display_set_dropped)

    # what hangs where

    def show_volume(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, volume: Volume,
        plane: Plane = Plane.NATIVE,
    ) -> SliceView:  # fmt: skip
        """Hang the slices of a volume."""
        return self.hang(slot, volume_exhibit(volume, study, display_set, self._badge(study)), plane)

    def show_picture(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, picture: Picture, index: int = 0
    ) -> SliceView:
        """Hang a still, or add one more picture of the stack that hangs there already."""
        view = self.view(slot)
        uid = display_set.uid if display_set else ""
        if isinstance(view, SliceView) and uid and view.exhibit.display_set_uid == uid:
            cast(PictureSlices, view.exhibit.native).pictures[index] = picture
            view.picture_arrived()
            return view
        made = self.hang(slot, picture_exhibit(picture, study, display_set, self._badge(study), index))
        made.adjust(slice_index=index)
        return made

    def show_cine(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, cine: Cine, position: int = 0
    ) -> CineView:
        """Hang a loop at rest; of a cine stack, the one at slice `position`."""
        exhibit = cine_exhibit(cine, study, display_set, self._badge(study))
        hung = self.view(slot)
        uid = exhibit.display_set_uid
        if isinstance(hung, CineView) and uid and hung.view.exhibit.display_set_uid == uid:
            hung.show_position(cine, exhibit, position)
            return hung
        look = Look(window=default_window(exhibit), inverted=exhibit.inverted)
        view = CineView(cine, exhibit, look, (position, _positions(display_set)))
        view.view.tool = self.tool
        self.hold(slot, view)
        view.view.look_changed.connect(lambda look: self.look_changed.emit(slot, look))
        view.view.crosshair_moved.connect(lambda point: self._pointed(view.view, point))
        view.view.probed.connect(self.probed)
        view.position_needed.connect(lambda place: self.picture_needed.emit(slot, uid, place))
        return view

    def show_volume_rendering(
        self, slot: int, study: Study | None, display_set: DisplaySet | None, volume: Volume, preset: str = ""
    ) -> VolumeView:
        """Hang a volume in 3-D; `preset` is a key of resources/presets/volume.json."""
        exhibit = volume_exhibit(volume, study, display_set, self._badge(study))
        view = VolumeView(exhibit, preset_called(preset) if preset else None)
        view.set_overlay(self.overlay)
        self.hold(slot, view)
        return view

    def show_mpr(self, study: Study | None, display_set: DisplaySet | None, volume: Volume) -> None:
        """Axial, sagittal and coronal round one crosshair, and the volume in 3-D in the fourth slot."""
        self.set_layout(Layout.FOUR)
        for slot, plane in enumerate((Plane.AXIAL, Plane.SAGITTAL, Plane.CORONAL)):
            self.show_volume(slot, study, display_set, volume, plane)
        self.show_volume_rendering(3, study, display_set, volume)
        self.go_to(0, volume.to_lps_mm((np.array(volume.shape) - 1) / 2))

    def hang(self, slot: int, exhibit: Exhibit, plane: Plane = Plane.NATIVE) -> SliceView:
        """Hang an exhibit in a slice view, with the window that its file asks for."""
        look = Look(plane, exhibit.middle(plane), default_window(exhibit), exhibit.inverted)
        view = SliceView(exhibit, look)
        view.tool = self.tool
        view.set_overlay(self.overlay)
        self.hold(slot, view)
        view.crosshair_moved.connect(lambda point: self._pointed(view, point))
        view.look_changed.connect(lambda look: self._looked(slot, view, look))
        view.picture_needed.connect(
            lambda index: self.picture_needed.emit(slot, exhibit.display_set_uid, index)
        )
        view.probed.connect(self.probed)
        self._refer()
        return view

    def hold(self, slot: int, view: SliceView | CineView | VolumeView) -> None:
        """Put a view into a slot."""
        view.activated.connect(lambda: self.activate(slot))
        view.maximise_requested.connect(lambda: self.wall.toggle_maximised(slot))
        view.menu_requested.connect(lambda place: self.menu_requested.emit(slot, place))
        self.wall.slots[slot].hold(view)

    def say(self, slot: int, text: str = EMPTY, *, is_error: bool = False) -> None:
        """Empty a slot and show a sentence there: what to do, what is being read, or why nothing is shown."""
        self.wall.slots[slot].say(text, is_error=is_error)

    def view(self, slot: int) -> QWidget | None:
        """What hangs in a slot."""
        return self.wall.slots[slot].view

    def slice_views(self) -> list[SliceView]:
        """All views of slices, first slot first."""
        views = (self.slice_view(slot) for slot in range(len(self.wall.slots)))
        return [view for view in views if view is not None]

    def slice_view(self, slot: int) -> SliceView | None:
        """The view of slices, or of the frames of a loop, in a slot."""
        view = self.view(slot)
        return view.view if isinstance(view, CineView) else view if isinstance(view, SliceView) else None

    # what the reader does

    @property
    def active(self) -> int:
        """The slot that keys act on."""
        return self.wall.active

    def activate(self, slot: int) -> None:
        """Let keys act on another slot."""
        self.wall.activate(slot)

    def set_layout(self, layout: Layout) -> None:
        """One, two or four viewports."""
        self.wall.arrange(layout)

    def set_tool(self, tool: Tool) -> None:
        """What the left button does in every view."""
        self.tool = tool
        for view in self.slice_views():
            view.tool = tool

    def set_overlay(self, attribution: Attribution | None, look: OverlayLook | None = None) -> None:
        """Lay an explanation over every view that it belongs to; None takes it away."""
        self.overlay = None if attribution is None else Overlay(attribution, look or OverlayLook())
        for view in self.slice_views():
            view.set_overlay(self.overlay)
        for slot in self.wall.slots:
            if isinstance(slot.view, VolumeView):
                slot.view.set_overlay(self.overlay)

    def change(self, deed: Callable[[Look], Look]) -> None:
        """Change the look of the active view, such as `change(gestures.flipped_across)`."""
        view = self.slice_view(self.active)
        if view is not None:
            view.set_look(deed(view.look))

    def set_window(self, display_set_uid: str, window: Window | None) -> None:
        """Window every view of a display set; None for what its file asks for."""
        for view in self.slice_views():
            if view.exhibit.display_set_uid == display_set_uid:
                view.adjust(window=window or default_window(view.exhibit))

    def preset(self, number: int) -> None:
        """Window the active view: 0 auto, 1 as the file asks, 2 and on by modality."""
        view = self.slice_view(self.active)
        if view is not None:
            windows = windows_for(view.exhibit)
            if number < len(windows):
                view.adjust(window=windows[number])

    def reset(self) -> None:
        """Show the active view as at the beginning: fitted, upright, windowed as the file asks."""
        view = self.slice_view(self.active)
        if view is not None:
            look = gestures.unmoved(view.look)
            window = default_window(view.exhibit)
            view.set_look(replace(look, window=window, inverted=view.exhibit.inverted))

    def go_to(self, slot: int, point_lps_mm: NDArray[np.float64]) -> None:
        """Bring `slot`, and every view that shares its space, to a point in the patient."""
        view = self.slice_view(slot)
        if view is not None:
            view.go_to(point_lps_mm)
            self.together.point_at(view, point_lps_mm)

    def _badge(self, study: Study | None) -> str:
        return self.badges.get(study.uid, "") if study else ""

    def _tell_active(self, slot: int) -> None:
        self._refer()
        self.activated.emit(slot)

    def _pointed(self, view: SliceView, point: NDArray[np.float64]) -> None:
        self.together.point_at(view, point)
        self.crosshair_moved.emit(point)

    def _looked(self, slot: int, view: SliceView, look: Look) -> None:
        self.together.scrolled(view)
        if slot == self.active:
            self._refer()
        self.look_changed.emit(slot, look)

    def _refer(self) -> None:
        view = self.slice_view(self.active)
        several = len(self.wall.visible_numbers) > 1
        self.together.refer(view if several else None)


def _positions(display_set: DisplaySet | None) -> int:
    """How many slices a cine stack has; a plain loop has one."""
    if display_set is None or display_set.kind is not Kind.CINE_STACK:
        return 1
    return len(display_set.frame_index) // display_set.phases
