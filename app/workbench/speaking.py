"""Which models speak in a view: said on every picture that leaves the room."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.object_content import LaidObject
from app.viewer.cine_view import CineView
from app.viewer.exhibit import Exhibit
from app.viewer.layers.contours import ContourLayer
from app.viewer.layers.explained import Overlay
from app.viewer.layers.value_map import ValueMapLayer
from app.viewer.slice_view import SliceView
from app.viewer.volume_view import VolumeView
from app.workbench.object_layers import ObjectLayers

_BY_MODEL, _AUTOMATIC = "by a model", "automatic"


class Voices:
    """Looks at a view and at what is laid over it."""

    def __init__(self, layers: ObjectLayers) -> None:
        self._layers = layers

    def of(self, view: QWidget | None) -> tuple[str, ...]:
        """What models say in a view, one phrase each; empty where a person alone is at work."""
        if isinstance(view, CineView):
            return self.of(view.view)
        if isinstance(view, SliceView):
            laid = _explained(view.overlay_layer.overlay, view.exhibit)
            return (*laid, *self._laid_over(view.exhibit), *self._other_layers(view))
        if isinstance(view, VolumeView):
            return (*_explained(view.overlay, view.exhibit), *self._laid_over(view.exhibit))
        return ()

    def _laid_over(self, exhibit: Exhibit) -> tuple[str, ...]:
        targets = ((laid, {d.uid for d in laid.binding.targets}) for laid in self._layers.all)
        return tuple(
            laid.title for laid, uids in targets if exhibit.display_set_uid in uids and is_by_model(laid)
        )

    def _other_layers(self, view: SliceView) -> tuple[str, ...]:
        """Contours, and maps that no object brought, as where a word of a draft looks."""
        told = []
        for layer in view.layers:
            if isinstance(layer, ContourLayer) and layer.drawn is not None:
                told.append("contours by a model")
            elif isinstance(layer, ValueMapLayer) and layer not in self._layers.drawn:
                told.append(f"{layer.value_map.title} by a model")
        return tuple(told)


def is_by_model(laid: LaidObject) -> bool:
    """Whether a program drew what is laid over the pictures, as far as the object says."""
    return _BY_MODEL in laid.what or any(_AUTOMATIC in row.detail.lower() for row in laid.rows)


def _explained(overlay: Overlay | None, exhibit: Exhibit) -> tuple[str, ...]:
    if overlay is None or not overlay.is_on or overlay.unit_for(exhibit) is None:
        return ()
    told = overlay.attribution
    return (f"{told.method} of {told.target.title} by {told.model_key}",)
