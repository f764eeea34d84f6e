"""What stands in a 3-D view beside its volume, and where its crop box cuts the slices."""

from __future__ import annotations

from PySide6.QtCore import QObject

from app.viewer.hanging import Hanging
from app.viewer.layers.crop_outline import CropOutline
from app.viewer.volume_view import VolumeView
from app.workbench.object_layers import ObjectLayers
from app.workbench.showing import Showing


class DepthScene(QObject):
    """Segments that are laid over the slices are surfaces in 3-D, hidden and shown together with them."""

    def __init__(self, hanging: Hanging, showing: Showing, layers: ObjectLayers) -> None:
        super().__init__()
        self._hanging, self._layers = hanging, layers
        self._outline: CropOutline | None = None
        layers.changed.connect(self.dress)
        showing.hung.connect(lambda _slot: self.dress())

    def dress(self) -> None:
        """Give every view in 3-D its surfaces, and new slices the outline."""
        for view in self.views():
            view.set_surfaces(self._layers.segment_maps(view.exhibit))
        self._outline_slices()

    def views(self) -> list[VolumeView]:
        """Every view in 3-D, first slot first."""
        return [slot.view for slot in self._hanging.wall.slots if isinstance(slot.view, VolumeView)]

    def outline(self, view: VolumeView | None) -> None:
        """Draw the box of a view over the slices of its space; None, or nothing cut away, takes it off."""
        box = view.look.crop if view is not None and view.box_shown else None
        old = self._outline
        if view is None or box is None:
            self._outline = None
        elif old is None or old.box != box or old.exhibit is not view.exhibit:
            self._outline = CropOutline(view.exhibit, box)
        if self._outline is not old:
            self._outline_slices(old)

    def _outline_slices(self, old: CropOutline | None = None) -> None:
        for view in self._hanging.slice_views():
            others = [layer for layer in view.layers if layer is not old and layer is not self._outline]
            wanted = [*others, self._outline] if self._outline is not None else others
            if wanted != view.layers:
                view.layers[:] = wanted
                view.update()
