"""Views in 3-D and their panel: the workspace says how each volume is looked at, undo included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QInputDialog, QLineEdit

from app.own_presets import LONGEST
from app.panels.depth import BLENDS, DepthPanel, DepthStory
from app.viewer.crop_box import CropBox, whole_box
from app.viewer.hanging import Hanging
from app.viewer.volume_histogram import Histogram, histogram_of
from app.viewer.volume_look import VolumeLook
from app.viewer.volume_presets import original_of, value_range
from app.viewer.volume_view import VolumeView
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
        self.presets = DepthPresets(services)
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
        panel.changed.connect(self._dress)
        panel.side_chosen.connect(self.look_from)
        panel.box_toggled.connect(self._show_box)
        panel.save_requested.connect(self.ask_for_name)
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

    def look_from(self, letter: str) -> None:
        """See the volume from a side of the patient."""
        if view := self.view:
            view.set_camera(view.camera.from_side(letter))

    def step_preset(self, step: int) -> None:
        """Render by the next preset that suits."""
        if view := self.view:
            keys = [preset.key for preset in view.presets]
            here = keys.index(view.preset.key) if view.preset.key in keys else -1
            self._dress(view.look.under(view.presets[(here + step) % len(keys)]), "Change 3-D preset")

    def step_blend(self) -> None:
        """See through, highest, lowest, mean."""
        if view := self.view:
            blends = [key for key, _title in BLENDS]
            following = blends[(blends.index(view.preset.blend) + 1) % len(blends)]
            changed = replace(view.preset, blend=following)  # type: ignore[arg-type] # one of BLENDS
            self._dress(view.look.under(changed), "Change blending")

    def toggle_shading(self) -> None:
        """With light, or without."""
        if view := self.view:
            self._dress(view.look.under(replace(view.preset, shade=not view.preset.shade)), "Shading")

    def toggle_crop(self) -> None:
        """Cut away what lies outside the box, or show everything."""
        if (view := self.view) and (known := self._known.get(view)):
            look = view.look
            title = "Show whole volume" if look.cropped else "Crop"
            self._dress(look.within(look.box or known.whole, cropped=not look.cropped), title)

    def reset_crop(self) -> None:
        """The box round everything again."""
        if (view := self.view) and (known := self._known.get(view)):
            self._dress(view.look.within(known.whole, cropped=view.look.cropped), "Reset crop box")

    def reset_preset(self) -> None:
        """The tables as they were before they were changed."""
        if view := self.view:
            self._dress(view.look.under(original_of(view.preset, view.presets)), "Reset 3-D preset")

    def ask_for_name(self) -> None:
        """Keep how the volume is rendered now under a name of the reader."""
        view = self.view
        if view is None:
            return
        dialog = QInputDialog(self._panel.window())
        dialog.setWindowTitle("Save 3-D preset")
        dialog.setLabelText("Name")
        dialog.setTextValue(view.preset.title)
        field = dialog.findChild(QLineEdit)
        if isinstance(field, QLineEdit):
            field.setMaxLength(LONGEST)
        dialog.textValueSelected.connect(lambda title: self.save_preset(title))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_preset(self, title: str) -> None:
        """Keep it, and go on with it."""
        if (view := self.view) and title.strip():
            made = self.presets.keep(view, title)
            self._dress(view.look.under(made), "Save 3-D preset")

    def _dress(self, look: VolumeLook, title: str, stroke: str = "") -> None:
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
