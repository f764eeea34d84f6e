"""A volume on the wall in the manner that is wished for, and the manner in which a view shows its series."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtWidgets import QWidget

from app.manner import AS_ACQUIRED, STRAIGHT, Manner, ViewKind
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.layers.fusion import FusionLayer
from app.viewer.look import Oblique, Plane
from app.viewer.slice_view import SliceView
from app.viewer.slicing import nearest_slice
from app.viewer.turned_planes import stands_for, tilt_deg, tilted
from app.viewer.volume_presets import preset_called
from app.viewer.volume_view import VolumeView
from inference.imaging.study import DisplaySet, Study
from inference.imaging.volume import Volume

_KINDS: dict[object, ViewKind] = {kind.plane: kind for kind in ViewKind if kind.plane is not Plane.NATIVE}


def hang_volume(
    hanging: Hanging, slot: int, study: Study, display_set: DisplaySet, volume: Volume, *, manner: Manner
) -> SliceView | VolumeView:
    """Hang a volume as slices, as acquired or cut along the patient, as a slab of them, or in 3-D."""
    if manner.view is ViewKind.VOLUME:
        return hanging.show_volume_rendering(slot, study, display_set, volume, _known(manner.preset))
    plane = manner.view.plane
    view = hanging.show_volume(slot, study, display_set, volume, plane)
    if any(manner.turned_deg) and plane is not Plane.NATIVE:
        middle = volume.to_lps_mm((np.array(volume.shape) - 1) / 2)
        cut = tilted(plane, manner.turned_deg, middle)
        view.adjust(plane=cut, slice_index=nearest_slice(view.exhibit.slices(cut), middle))
    if manner.slab_mm:
        view.adjust(slab_mm=manner.slab_mm, slab=manner.slab)
    return view


def _known(preset: str) -> str:
    """A preset that there is no more gives way to the usual one."""
    try:
        return preset_called(preset).key if preset else ""
    except ValueError:
        return ""


def manner_seen(view: QWidget | None) -> Manner:
    """How a view shows its series now, whatever it was hung as: a protocol saves what is seen."""
    if isinstance(view, VolumeView):
        return Manner(ViewKind.VOLUME, preset=view.preset.key)
    if isinstance(view, CineView):
        return Manner(ViewKind.LOOP)
    if not isinstance(view, SliceView):
        return AS_ACQUIRED
    look, cut = view.look, view.look.plane
    kind = _KINDS.get(stands_for(cut), ViewKind.STACK)
    seen = Manner(kind, look.slab_mm, look.slab) if look.slab_mm else Manner(kind)
    turned = tilt_deg(cut) if isinstance(cut, Oblique) else STRAIGHT
    return replace(seen, turned_deg=turned, fused=fused_over(view))


def fused_over(view: SliceView) -> str:
    """Uid of the display set that is laid over the pictures of a view; empty for none."""
    layers = (layer for layer in view.layers if isinstance(layer, FusionLayer))
    return next((layer.fused.exhibit.display_set_uid for layer in layers), "")


def series_seen(view: QWidget | None) -> str:
    """Uid of the display set that a view shows; empty where there is no view."""
    if isinstance(view, CineView):
        return view.view.exhibit.display_set_uid
    return view.exhibit.display_set_uid if isinstance(view, SliceView | VolumeView) else ""
