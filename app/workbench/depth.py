"""Views in 3-D and their panel: the workspace says how each volume is looked at, undo included."""

from __future__ import annotations

from collections.abc import Mapping
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from app.panels.depth import DepthPanel, DepthStory
from app.viewer.crop_box import CropBox, whole_box
from app.viewer.hanging import Hanging
from app.viewer.look import Oblique
from app.viewer.picture_plane import PicturePlane
from app.viewer.volume_histogram import Histogram, histogram_of
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import value_range
from app.viewer.volume_view import VolumeView
from app.workbench.depth_keeping import DepthKeeping
from app.workbench.depth_presets import DepthPresets
from app.workbench.depth_scene import DepthScene
from app.workbench.services import Services
from app.workbench.showing import Showing
from inference.imaging.volume import Volume


class _Known:
    """What does not change while a volume hangs in 3-D."""

    def __init__(self, view: VolumeView, volume: Volume) -> None:
        self.limits: tuple[float, float] = value_range(volume)
        self.whole: CropBox = whole_box(volume)
        self.first: VolumeLook = view.look
        self.histogram: Histogram | None = None


class Depth(QObject):
    """Acts on the chosen view in 3-D: that of the chosen viewport, else the first on the wall."""

    changed = Signal()

    def __init__(
        self, services: Services, hanging: Hanging, showing: Showing, *, scene: DepthScene, panel: DepthPanel
    ) -> None:
        super().__init__()
        self._services, self._hanging, self._scene, self._panel = services, hanging, scene, panel
        self._workspace = services.workspace
        self.presets, self.keeping = DepthPresets(services), DepthKeeping(services)
        self.panel_wanted = False
        self._known: WeakKeyDictionary[VolumeView, _Known] = WeakKeyDictionary()
        self._workspace.volumes_changed.connect(self._follow)
        self.presets.changed.connect(self._offer)
        for moved in (
            showing.hung,
            hanging.activated,
            hanging.layout_changed,
            self._workspace.current_changed,
        ):
            moved.connect(lambda *_: self._welcome())
        panel.changed.connect(self.dress)
        panel.box_toggled.connect(self._show_box)
        panel.remove_requested.connect(self.presets.remove)
        panel.closed.connect(self.toggle_panel)

    @property
    def view(self) -> VolumeView | None:
        """The view that is acted on."""
        chosen = self._hanging.view(self._hanging.active)
        if isinstance(chosen, VolumeView):
            return chosen
        shown = (self._hanging.view(slot) for slot in self._hanging.wall.visible_numbers)
        return next((view for view in shown if isinstance(view, VolumeView)), None)

    def toggle_panel(self) -> None:
        """Show the panel, or put it away."""
        self.panel_wanted = not self.panel_wanted
        self._tell()

    def known_box(self) -> CropBox | None:
        """The smallest box that holds the chosen volume."""
        known = self._known.get(self.view) if self.view is not None else None
        return known.whole if known is not None else None

    def plane(self) -> PicturePlane | None:
        """A plane of slices through the chosen volume: of the chosen viewport, else one that was turned."""
        if self.view is None:
            return None
        volume = self.view.exhibit
        views = (v for v in self._hanging.slice_views() if v.plane.placed)
        cuts = [v for v in views if v.exhibit.shares_space_with(volume)]
        chosen = self._hanging.slice_view(self._hanging.active)
        cuts.sort(key=lambda v: (v is not chosen, not isinstance(v.look.plane, Oblique)))
        return cuts[0].plane if cuts else None

    def dress(self, look: VolumeLook, title: str, stroke: str = "") -> None:
        """Look at the chosen volume in another way."""
        if view := self.view:
            view.dress(look, title, stroke)

    def _show_box(self, shown: bool) -> None:
        if view := self.view:
            view.box_shown = shown
            view.update()
            self._tell()

    def _welcome(self) -> None:
        """Know every view in 3-D that hangs now."""
        for view in self._scene.views():
            volume = view.exhibit.volume
            if view not in self._known and volume is not None:
                self.keeping.restore(view)
                self._known[view] = _Known(view, volume)
                view.dressed.connect(
                    lambda look, title, stroke, uid=view.exhibit.display_set_uid: (
                        self._workspace.look_at_volume(uid, look, title, merge=stroke)
                    )
                )
                self._count(view, volume)
                self._offer_to(view)
        self._scene.dress()
        self._follow(self._workspace.sitting.desk.volumes)

    def _count(self, view: VolumeView, volume: Volume) -> None:
        known = self._known[view]

        def take(found: Histogram) -> None:
            known.histogram = found
            self._tell()

        self._services.quiet.run("Counting values", lambda _report: histogram_of(volume), then=take)

    def _follow(self, looks: Mapping[str, VolumeLook]) -> None:
        """Every view as the workspace has it; what it does not name is as it was at first."""
        for view, known in list(self._known.items()):
            view.set_look(looks.get(view.exhibit.display_set_uid, known.first))
        for view in self._scene.views():
            self.keeping.keep(view)
        self._tell()

    def _offer(self) -> None:
        for view in list(self._known):
            self._offer_to(view)
        self._tell()

    def _offer_to(self, view: VolumeView) -> None:
        view.presets = self.presets.offered(view.exhibit.modality)
        view.icon_of = self.presets.icon_of

    def _tell(self) -> None:
        """Show the chosen view in the panel, and its box on the slices."""
        view = self.view
        known = self._known.get(view) if view is not None else None
        self._scene.outline(view)
        self._panel.setVisible(self.panel_wanted and known is not None)
        if view is not None and known is not None and self.panel_wanted:
            self._panel.show_story(self._story(view, known))
        self.changed.emit()

    def _story(self, view: VolumeView, known: _Known) -> DepthStory:
        return DepthStory(
            view.look, view.presets, view.icon_of, known.limits, known.whole,
            view.exhibit.unit, known.histogram, view.box_shown,
        )  # fmt: skip
