"""What a right click on a volume offers: how it is rendered, a movie of it, the first view of it again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.viewer.volume_presets import VolumePreset, more_opaque
from app.viewer.volume_view import VolumeView

STEP = 1.5  # between two opacities
_ICON_PX = 44


def volume_menu(view: VolumeView, more: Sequence[QAction] = ()) -> QMenu:
    """The presets that suit the volume, the one in use marked, then `more`; it goes when it is closed."""
    menu = QMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setStyleSheet(f"QMenu {{ icon-size: {_ICON_PX}px; }}")
    group = QActionGroup(menu)
    for preset in view.presets:
        action = menu.addAction(view.icon_of(preset.key), preset.title)
        action.setCheckable(True)
        action.setChecked(preset.key == view.preset.key)
        bold = action.font()
        bold.setBold(action.isChecked())  # beside a picture there is no room for a tick
        action.setFont(bold)
        action.triggered.connect(lambda _checked=False, preset=preset: view.set_preset(preset))
        group.addAction(action)
    menu.addSeparator()
    _add_dress(menu, view)
    menu.addSeparator()
    menu.addAction("View from the front").triggered.connect(lambda _checked=False: view.reset())
    menu.addActions(list(more))
    return menu


def _add_dress(menu: QMenu, view: VolumeView) -> None:
    """Shading and opacity of the preset in use; the preset itself stays as it is."""

    def dress(preset: VolumePreset) -> Callable[..., None]:
        return lambda _checked=False: view.set_preset(preset)

    preset = view.preset
    if preset.blend == "composite":
        shading = menu.addAction("Shading")
        shading.setCheckable(True)
        shading.setChecked(preset.shade)
        shading.triggered.connect(dress(replace(preset, shade=not preset.shade)))
    menu.addAction("More opaque").triggered.connect(dress(more_opaque(preset, STEP)))
    menu.addAction("More transparent").triggered.connect(dress(more_opaque(preset, 1 / STEP)))
