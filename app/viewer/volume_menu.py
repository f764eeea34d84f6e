"""What a right click on a volume offers: how it is rendered, and the first view of it again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from app.viewer.volume_view import VolumeView


def volume_menu(view: VolumeView) -> QMenu:
    """The presets that suit the volume, the one in use marked; the menu goes when it is closed."""
    menu = QMenu()
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    group = QActionGroup(menu)
    for preset in view.presets:
        action = menu.addAction(preset.title)
        action.setCheckable(True)
        action.setChecked(preset is view.preset)
        action.triggered.connect(lambda _checked=False, preset=preset: view.set_preset(preset))
        group.addAction(action)
    menu.addSeparator()
    menu.addAction("View from the front").triggered.connect(lambda _checked=False: view.reset())
    return menu
