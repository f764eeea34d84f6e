"""What keys and menus do to the chosen volume in 3-D."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QInputDialog, QLineEdit

from app.own_presets import LONGEST
from app.panels.depth import BLENDS, DepthPanel
from app.viewer.clip_plane import clip_along
from app.viewer.volume_presets import original_of
from app.workbench.depth import Depth


class DepthActs:
    """Each act is one step that undo takes back; the camera is no step."""

    def __init__(self, depth: Depth, panel: DepthPanel) -> None:
        self._depth, self._window = depth, panel.window()
        panel.side_chosen.connect(self.look_from)
        panel.save_requested.connect(self.ask_for_name)

    def look_from(self, letter: str) -> None:
        """See the volume from a side of the patient."""
        if view := self._depth.view:
            view.set_camera(view.camera.from_side(letter))

    def step_preset(self, step: int) -> None:
        """Render by the next preset that suits."""
        if view := self._depth.view:
            keys = [preset.key for preset in view.presets]
            here = keys.index(view.preset.key) if view.preset.key in keys else -1
            self._depth.dress(view.look.under(view.presets[(here + step) % len(keys)]), "Change 3-D preset")

    def step_blend(self) -> None:
        """See through, highest, lowest, mean."""
        if view := self._depth.view:
            blends = [key for key, _title in BLENDS]
            following = blends[(blends.index(view.preset.blend) + 1) % len(blends)]
            changed = replace(view.preset, blend=following)  # type: ignore[arg-type] # one of BLENDS
            self._depth.dress(view.look.under(changed), "Change blending")

    def toggle_shading(self) -> None:
        """With light, or without."""
        if view := self._depth.view:
            self._depth.dress(view.look.under(replace(view.preset, shade=not view.preset.shade)), "Shading")

    def toggle_crop(self) -> None:
        """Cut away what lies outside the box, or show everything."""
        if (view := self._depth.view) and (whole := self._depth.known_box()):
            look = view.look
            title = "Show whole volume" if look.cropped else "Crop"
            self._depth.dress(look.within(look.box or whole, cropped=not look.cropped), title)

    def reset_crop(self) -> None:
        """The box round everything again."""
        if (view := self._depth.view) and (whole := self._depth.known_box()):
            self._depth.dress(view.look.within(whole, cropped=view.look.cropped), "Reset crop box")

    def toggle_clip(self) -> None:
        """Cut away what lies in front of the chosen plane, or bring it back."""
        view, plane = self._depth.view, self._depth.plane()
        if view is None:
            return
        if view.look.clip is not None:
            self._depth.dress(replace(view.look, clip=None), "Show what was cut away")
        elif plane is not None:
            clip = clip_along(plane, view.camera.axes_lps[2])
            self._depth.dress(replace(view.look, clip=clip), "Cut along a plane")

    def reset_preset(self) -> None:
        """The tables as they were before they were changed."""
        if view := self._depth.view:
            self._depth.dress(view.look.under(original_of(view.preset, view.presets)), "Reset 3-D preset")

    def ask_for_name(self) -> None:
        """Keep how the volume is rendered now under a name of the reader."""
        view = self._depth.view
        if view is None:
            return
        dialog = QInputDialog(self._window)
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
        if (view := self._depth.view) and title.strip():
            made = self._depth.presets.keep(view, title)
            self._depth.dress(view.look.under(made), "Save 3-D preset")
