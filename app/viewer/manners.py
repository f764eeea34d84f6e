"""A volume on the wall in the manner that is wished for, and the manner in which a view shows its series."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.manner import AS_ACQUIRED, Manner, ViewKind
from app.viewer.cine_view import CineView
from app.viewer.hanging import Hanging
from app.viewer.look import Plane
from app.viewer.slice_view import SliceView
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
    view = hanging.show_volume(slot, study, display_set, volume, manner.view.plane)
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
    look = view.look
    kind = _KINDS.get(look.plane, ViewKind.STACK)
    return Manner(kind, look.slab_mm, look.slab) if look.slab_mm else Manner(kind)


def series_seen(view: QWidget | None) -> str:
    """Uid of the display set that a view shows; empty where there is no view."""
    if isinstance(view, CineView):
        return view.view.exhibit.display_set_uid
    return view.exhibit.display_set_uid if isinstance(view, SliceView | VolumeView) else ""
