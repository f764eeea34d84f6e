"""Reads what files draw over their own pictures, one picture at a time, as it comes on show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.layers.graphics import Graphics, GraphicsLayer, covered, inked
from app.viewer.look import Look, Plane
from app.viewer.measurements.ground import Ground
from app.viewer.slice_view import SliceView
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.errors import ReviewError
from inference.imaging.objects.opening import read_object
from inference.imaging.overlays import OverlayPlane, overlays_of
from inference.imaging.shutters import shutter_of
from inference.imaging.study import DisplaySet

MOST_PICTURES = 200  # of one file that are drawn on


class PictureGraphics(QObject):
    """Gives every view the overlays and shutters of the picture that it shows."""

    def __init__(self, services: Services, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._services, self._hanging = services, hanging
        self._known: dict[str, dict[int, Graphics]] = {}  # by display set uid and picture
        self._asked: set[tuple[str, int]] = set()  # display set uid and number of the file in it
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)
        hanging.look_changed.connect(lambda slot, _look: self._look_at(slot))
        services.workspace.current_changed.connect(self._forget)

    def _forget(self, _study: object) -> None:
        self._known.clear()
        self._asked.clear()

    def _dress(self, _slot: int = 0) -> None:
        for slot in self._hanging.wall.visible_numbers:
            view = self._hanging.slice_view(slot)
            if view is not None and not any(isinstance(layer, GraphicsLayer) for layer in view.layers):
                view.layers.insert(0, GraphicsLayer(partial(self._picture, slot)))
            self._look_at(slot)

    def _picture(self, slot: int, look: Look) -> int:
        ground = self._ground(slot)
        return ground.picture(look) if ground is not None else -1

    def _ground(self, slot: int) -> Ground | None:
        view, hung = self._hanging.slice_view(slot), self._hanging.view(slot)
        if view is None:
            return None
        shown = self._services.workspace.sitting.display_set(view.exhibit.display_set_uid)
        return Ground(shown, hung.position if isinstance(hung, CineView) else 0) if shown else None

    def _look_at(self, slot: int) -> None:
        """Ask for the graphics of the file on show, once."""
        view, ground = self._hanging.slice_view(slot), self._ground(slot)
        if view is None or ground is None or view.look.plane is not Plane.NATIVE:
            return
        shown = ground.display_set
        self._give(view, shown.uid)
        file, _frame = shown.frame_index[min(ground.picture(view.look), len(shown.frame_index) - 1)]
        if (shown.uid, file) in self._asked:
            return
        self._asked.add((shown.uid, file))
        self._services.quiet.run(
            f"Graphics of file {file + 1}",
            lambda _report: read_graphics(shown, file),
            then=partial(self._take, shown.uid),
            otherwise=lambda _error: None,  # the picture itself says what is wrong with its file
        )

    def _take(self, uid: str, graphics: Mapping[int, Graphics]) -> None:
        if not graphics:
            return
        self._known.setdefault(uid, {}).update(graphics)
        for view in self._hanging.slice_views():
            if view.exhibit.display_set_uid == uid:
                self._give(view, uid)
                view.update()

    def _give(self, view: SliceView, uid: str) -> None:
        for layer in view.layers:
            if isinstance(layer, GraphicsLayer):
                layer.known = self._known.get(uid, {})


def read_graphics(display_set: DisplaySet, file: int) -> dict[int, Graphics]:
    """The graphics of every picture of one file that has any. Called on a pool thread."""
    instance = display_set.instances[file]
    try:
        shutter = shutter_of(read_object(instance.path, "a picture"))
        planes = overlays_of(instance.path)
    except ReviewError:
        return {}
    if shutter is None and not planes:
        return {}
    shape = (instance.rows, instance.columns)
    cover = covered(~shutter.open(shape)) if shutter else None
    found: dict[int, Graphics] = {}
    for picture, (own, frame) in enumerate(display_set.frame_index):
        if own == file and len(found) < MOST_PICTURES:
            found[picture] = Graphics(_ink(planes, shape, frame), cover)
    return found


def _ink(planes: Sequence[OverlayPlane], shape: tuple[int, int], frame: int) -> QImage | None:
    bits = np.zeros(shape, bool)
    for plane in planes:
        bits |= plane.over(shape, frame)
    return inked(bits) if bits.any() else None
