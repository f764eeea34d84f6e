"""Views on a wall: which slot holds what, and what the reader's keys do to the one in hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.layouts import Layout
from app.viewer import gestures
from app.viewer.cine_view import CineView
from app.viewer.look import Look, Tool
from app.viewer.profiles import STANDARD, Profile, profile_called
from app.viewer.slice_view import SliceView
from app.viewer.slot import EMPTY
from app.viewer.volume_view import VolumeView
from app.viewer.wall import Wall
from app.viewer.window_presets import Own, default_window, windows_for
from inference.imaging.study import Window


class Gallery(QWidget):
    """Views side by side in one window or several, whatever they show; one of them is active."""

    activated = Signal(int)  # slot that keys act on
    layout_changed = Signal(object)  # Layout
    tool_changed = Signal(object)  # Tool
    menu_requested = Signal(int, QPoint)  # slot, where on the screen
    files_dropped = Signal(list)  # list[Path]
    display_set_dropped = Signal(int, str)  # slot, display set uid
    measured = Signal(object)  # Measurement made or changed
    measurement_chosen = Signal(str)  # its uid; empty for none
    rename_requested = Signal(str)  # uid of a measurement
    stroke_ended = Signal(str)  # what was done with the brush
    seed_picked = Signal(object)  # (3,) LPS millimetres
    brush_resized = Signal(int)  # steps

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.wall = Wall(self)
        self.tool = Tool.WINDOW
        self.profile = profile_called(STANDARD)
        self.own_presets: Own = {}
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.wall)
        self.wall.activated.connect(self.activated)
        self.wall.layout_changed.connect(self.layout_changed)
        self.wall.files_dropped.connect(self.files_dropped)
        self.wall.display_set_dropped.connect(self.display_set_dropped)

    def hold(self, slot: int, view: SliceView | CineView | VolumeView) -> None:
        """Put a view into a slot."""
        view.activated.connect(lambda: self.activate(slot))
        view.maximise_requested.connect(lambda: self.wall.toggle_maximised(slot))
        view.menu_requested.connect(lambda place: self.menu_requested.emit(slot, place))
        self.wall.slots[slot].hold(view)
        slices = self.slice_view(slot)
        if slices is not None:
            slices.profile = self.profile
            slices.measured.connect(self.measured)
            slices.measurement_chosen.connect(self.measurement_chosen)
            slices.rename_requested.connect(self.rename_requested)
            slices.stroke_ended.connect(self.stroke_ended)
            slices.seed_picked.connect(self.seed_picked)
            slices.brush_resized.connect(self.brush_resized)

    def say(self, slot: int, text: str = EMPTY, *, is_error: bool = False) -> None:
        """Empty a slot and show a sentence there: what to do, what is being read, or why nothing is shown."""
        self.wall.slots[slot].say(text, is_error=is_error)

    def view(self, slot: int) -> QWidget | None:
        """What hangs in a slot."""
        slots = self.wall.slots
        return slots[slot].view if slot < len(slots) else None

    def slice_view(self, slot: int) -> SliceView | None:
        """The view of slices, or of the frames of a loop, in a slot."""
        view = self.view(slot)
        return view.view if isinstance(view, CineView) else view if isinstance(view, SliceView) else None

    def slice_views(self) -> list[SliceView]:
        """All views of slices, first slot first."""
        views = (self.slice_view(slot) for slot in range(len(self.wall.slots)))
        return [view for view in views if view is not None]

    def volume_views(self) -> list[VolumeView]:
        """All views in 3-D, first slot first."""
        return [slot.view for slot in self.wall.slots if isinstance(slot.view, VolumeView)]

    @property
    def active(self) -> int:
        """The slot that keys act on."""
        return self.wall.active

    def activate(self, slot: int) -> None:
        """Let keys act on another slot."""
        self.wall.activate(slot)

    def set_layout(self, layout: Layout, window: int = 0) -> None:
        """Rows and columns of viewports in a window."""
        self.wall.arrange(layout, window)

    def set_tool(self, tool: Tool) -> None:
        """What the left button does in every view."""
        self.tool = tool
        for view in self.slice_views():
            view.tool = tool
        self.tool_changed.emit(tool)

    def set_profile(self, profile: Profile) -> None:
        """What the mouse does in every view."""
        self.profile = profile
        for view in self.slice_views():
            view.profile = profile

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
            windows = windows_for(view.exhibit, self.own_presets)
            if number < len(windows):
                view.adjust(window=windows[number])

    def reset(self) -> None:
        """Show the active view as at the beginning: fitted, upright, windowed as the file asks."""
        shown = self.view(self.active)
        if isinstance(shown, VolumeView):
            shown.reset()
        view = self.slice_view(self.active)
        if view is not None:
            look = gestures.in_stance(gestures.unmoved(view.look), view.exhibit.stance)
            window = default_window(view.exhibit)
            view.set_look(replace(look, window=window, inverted=view.exhibit.inverted))
