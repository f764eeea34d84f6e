"""The layers of laid objects, on every view that shows their space, as views come and go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.object_content import LaidObject
from app.theme import caption_font
from app.viewer.exhibit import Exhibit
from app.viewer.hanging import Hanging
from app.viewer.layers.covers import CoverLayer
from app.viewer.layers.graphics import covered, inked
from app.viewer.layers.marks import MarkLayer
from app.viewer.layers.masks import MaskLayer
from app.viewer.layers.painted_live import PaintLayer
from app.viewer.layers.regions import RegionLayer
from app.viewer.layers.scene import Layer
from app.viewer.layers.value_map import ValueMapLayer
from app.viewer.look import Plane
from app.viewer.presenting import present
from app.viewer.slice_view import SliceView
from app.workbench.showing import Showing
from inference.imaging.objects.annotations import Mark
from inference.imaging.objects.moments import loop_pictures
from inference.imaging.objects.pointing import nearest_picture
from inference.imaging.objects.presentations import Presentation
from inference.imaging.segments import SegmentMap
from inference.imaging.study import DisplaySet, Kind

_INK = (232, 237, 242)


@dataclass(eq=False)
class _Laid:
    """One object, and how it is drawn."""

    laid: LaidObject
    layers: list[Layer] = field(default_factory=list)


class ObjectLayers(QObject):
    """Adds, removes, hides. Draws nothing itself."""

    changed = Signal()  # what is laid, or what of it is shown

    def __init__(self, hanging: Hanging, showing: Showing) -> None:
        super().__init__()
        self._hanging = hanging
        self._laid: dict[str, _Laid] = {}
        for moved in (showing.hung, hanging.loop_changed):
            moved.connect(self._dress)

    @property
    def all(self) -> tuple[LaidObject, ...]:
        """What is laid, first laid first."""
        return tuple(one.laid for one in self._laid.values())

    def laid(self, uid: str) -> LaidObject | None:
        """One laid object."""
        found = self._laid.get(uid)
        return found.laid if found else None

    def add(self, laid: LaidObject, layers: list[Layer] | None = None) -> None:
        """Lay an object over all views that it belongs to, by layers of its own or those of its kind."""
        self.remove(laid.uid)
        self._laid[laid.uid] = _Laid(laid, _layers_of(laid) if layers is None else layers)
        self._dress()
        self.changed.emit()

    def restate(self, laid: LaidObject) -> None:
        """More is known of an object that is laid already; it is drawn by the same layers."""
        if laid.uid in self._laid:
            self._laid[laid.uid].laid = laid

    def remove(self, uid: str) -> None:
        """Take an object away."""
        gone = self._laid.pop(uid, None)
        if gone is None:
            return
        for view in self._hanging.slice_views():
            view.layers[:] = [layer for layer in view.layers if layer not in gone.layers]
            view.update()
        self.changed.emit()

    def clear(self) -> None:
        """Take everything away."""
        for uid in list(self._laid):
            self.remove(uid)

    def hide(self, uid: str, numbers: frozenset[int]) -> None:
        """Draw all segments of an object but these."""
        for layer in self._laid[uid].layers if uid in self._laid else ():
            if isinstance(layer, (RegionLayer, PaintLayer)):
                layer.hide(numbers)
            elif isinstance(layer, MaskLayer) and layer.segment_map is not None:
                shown = (s.number for s in layer.segment_map.segments if s.number not in numbers)
                layer.segment_map = layer.segment_map.showing(shown)
        self._update()
        self.changed.emit()

    @property
    def drawn(self) -> list[Layer]:
        """Every layer of every object."""
        return [layer for one in self._laid.values() for layer in one.layers]

    def segment_maps(self, exhibit: Exhibit) -> tuple[SegmentMap, ...]:
        """What is laid over an exhibit as labels, as it is shown now."""
        layers = (masks for layer in self.drawn for masks in _masks_of(layer))
        found = (m.solid_map for m in layers if m.belongs_to(exhibit))
        return tuple(segment_map for segment_map in found if segment_map is not None)

    def set_opacity(self, uid: str, share: float) -> None:
        """How much of the picture a map covers."""
        for layer in self._laid[uid].layers if uid in self._laid else ():
            if isinstance(layer, ValueMapLayer):
                layer.opacity = share
        self._update()

    def middle_of(self, uid: str, number: int) -> NDArray[np.float64] | None:
        """The middle of a segment in the patient."""
        laid = self.laid(uid)
        return None if laid is None else middle(laid, number)

    @staticmethod
    def first_picture(laid: LaidObject, target: DisplaySet) -> int:
        """The picture of a display set on which an object can be seen."""
        if laid.presentation is not None:
            return next(
                (k for k in range(target.shape[0]) if laid.presentation.concerns(*_named(target, k))), 0
            )
        middles = ((row.number, middle(laid, row.number)) for row in laid.rows)
        first = next(((number, point) for number, point in middles if point is not None), None)
        return target.shape[0] // 2 if first is None else picture_at(laid, target, *first)

    def _dress(self, _slot: int = 0) -> None:
        """Give every view its layers; a presentation also changes how the view looks at its picture."""
        for view in self._hanging.slice_views():
            for one in self._laid.values():
                new = [layer for layer in one.layers if layer not in view.layers]
                view.layers.extend(new)
                if one.laid.presentation is not None and new:
                    _present(view, one.laid, one.laid.presentation)
            view.update()

    def _update(self) -> None:
        for view in self._hanging.slice_views():
            view.update()


def middle(laid: LaidObject, number: int) -> NDArray[np.float64] | None:
    """A place in the patient where a segment is; of a region, on one of its contours."""
    if laid.regions:
        return next((r.centre_lps_mm for r in laid.regions if r.number == number), None)
    holder = next((m for m in laid.maps if any(s.number == number for s in m.segments)), None)
    return holder.centre_lps_mm(number) if holder else None


def _masks_of(layer: Layer) -> tuple[MaskLayer, ...]:
    """The labels that a layer draws, if it draws any."""
    if isinstance(layer, RegionLayer):
        return layer.masks
    return (layer,) if isinstance(layer, MaskLayer) else ()


def picture_at(laid: LaidObject, target: DisplaySet, number: int, point: NDArray[np.float64]) -> int:
    """The picture nearest to a point; of a loop that moment at which the segment is there."""
    picture = nearest_picture(target, point)
    moments = laid.moments.get(target.uid, {}).get(number)
    if not moments:
        return picture
    phases = target.phases if target.kind is Kind.CINE_STACK else len(target.frame_index)
    return picture - picture % phases + min(moments)


def _layers_of(laid: LaidObject) -> list[Layer]:
    if laid.regions:
        loops = {d.uid: loop_pictures(d) for d in laid.binding.targets}
        return [RegionLayer(laid.regions, laid.maps, laid.series_uid, loops)]
    if laid.values is not None:
        return [ValueMapLayer(laid.values, laid.series_uid, caption_font())]
    if laid.presentation is not None:
        state, targets = laid.presentation, laid.binding.targets
        covers: list[Layer] = [CoverLayer(d.uid, _images_of(state, d)) for d in targets if _covers(state)]
        return [*covers, *(MarkLayer(d.uid, _marks_of(state, d), caption_font()) for d in targets)]
    return [MaskLayer(found, laid.moments) for found in laid.maps]


def _marks_of(presentation: Presentation, target: DisplaySet) -> Callable[[int], tuple[Mark, ...]]:
    """What is drawn on each picture of a display set."""

    def marks(picture: int) -> tuple[Mark, ...]:
        if not 0 <= picture < len(target.frame_index) or not presentation.concerns(*_named(target, picture)):
            return ()
        return presentation.marks_of(*_named(target, picture))

    return marks


def _covers(presentation: Presentation) -> bool:
    return presentation.shutter is not None or bool(presentation.overlays)


def _images_of(
    presentation: Presentation, target: DisplaySet
) -> Callable[[int, tuple[int, int]], tuple[QImage, ...]]:
    """The shutter, and over it the overlay planes by the order of their layers, of each picture."""

    def images(picture: int, shape: tuple[int, int]) -> tuple[QImage, ...]:
        if not 0 <= picture < len(target.frame_index) or not presentation.concerns(*_named(target, picture)):
            return ()
        shutter, frame = presentation.shutter, target.frame_index[picture][1]
        found = [] if shutter is None else [covered(~shutter.open(shape))]
        for plane, layer in sorted(presentation.overlays, key=lambda pair: pair[1].order):
            found.append(inked(plane.over(shape, frame), layer.rgb or _INK))
        return tuple(found)

    return images


def _named(display_set: DisplaySet, picture: int) -> tuple[str, int]:
    """SOP instance UID and frame, from 1, of a picture."""
    instance, frame = display_set.frame_index[picture]
    return display_set.instances[instance].sop_instance_uid, frame + 1


def _present(view: SliceView, laid: LaidObject, presentation: Presentation) -> None:
    target = next((d for d in laid.binding.targets if d.uid == view.exhibit.display_set_uid), None)
    if target is None or view.look.plane is not Plane.NATIVE:
        return
    picture = min(view.exhibit.picture(view.look.slice_index), len(target.frame_index) - 1)
    named = _named(target, picture)
    if presentation.concerns(*named):
        present(view, presentation, *named)
