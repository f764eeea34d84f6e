"""What helps to find one's way: the palette, the sheet of keys, and what the application is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMessageBox, QWidget

from app.panels.activity import DISCLAIMER
from app.panels.palette import KeySheet, Palette
from app.version import application_version

if TYPE_CHECKING:
    from app.menus import Menus

ABOUT = (
    "Negatoscope {version}\n\nReview of radiology studies with models that say why.\n"
    "Licence: Apache-2.0. Icons and fonts: see resources.\n\n"
    "{disclaimer}. For research and teaching; what a model says here must not be used for diagnosis."
)


class Guidance:
    """Opens what is read and closed again. `menus` are made from the commands, which act on this."""

    def __init__(self, window: QWidget) -> None:
        self._window = window
        self.menus: Menus | None = None

    def show_palette(self) -> None:
        """Find any action by its name."""
        if self.menus is None:
            return
        palette = Palette(self.menus.actions, self._window)
        palette.taken.connect(QAction.trigger)
        palette.move(self._window.mapToGlobal(self._window.rect().center()) - palette.rect().center())
        palette.show()

    def show_keys(self) -> None:
        """All keys on one sheet."""
        if self.menus is not None:
            sheet = KeySheet(self.menus.groups, self._window)
            sheet.finished.connect(sheet.deleteLater)
            sheet.open()

    def show_about(self) -> None:
        """Version, licence and what this is not."""
        box = QMessageBox(self._window)
        box.setWindowTitle("About Negatoscope")
        box.setText(ABOUT.format(version=application_version(), disclaimer=DISCLAIMER))
        box.finished.connect(box.deleteLater)
        box.open()
