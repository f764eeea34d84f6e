"""What helps to find one's way: the palette, the sheet of keys, and what the application is and is not."""

from __future__ import annotations

import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from app.panels.about import LIMITS, AboutDialog
from app.panels.activity import DISCLAIMER
from app.panels.palette import KeySheet, Palette
from app.settings import library_location, settings_path
from app.version import application_version
from app.viewport_window import ViewportWindow
from app.workbench.remembering import Remembered

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.menus import Menus
    from app.window import ReadingWindow

UNDERSTOOD = "Understood"


class Guidance:
    """Opens what is read and closed again. `menus` are made from the commands, which act on this."""

    def __init__(self, remembered: Remembered, window: ReadingWindow) -> None:
        self._remembered, self._window = remembered, window
        self.menus: Menus | None = None
        window.greeting.dismiss.hide()  # it is read, not waved away
        window.greeting.action_requested.connect(self._take_note)

    def greet(self) -> None:
        """At the first start, say what this is not until the reader has taken note of it."""
        if not self._remembered.settings.notice_read:
            self._window.greeting.show_notice(f"{DISCLAIMER}.", LIMITS, grave=True, action=UNDERSTOOD)

    def _take_note(self) -> None:
        self._remembered.change(notice_read=date.today().isoformat())
        self._window.greeting.hide()

    def show_palette(self) -> None:
        """Find any action by its name."""
        if self.menus is None:
            return
        active = QApplication.activeWindow()
        front: QWidget = active if isinstance(active, ViewportWindow) else self._window
        palette = Palette(self.menus.actions, front)
        palette.taken.connect(QAction.trigger)
        palette.move(front.mapToGlobal(front.rect().center()) - palette.rect().center())
        palette.show()

    def show_keys(self) -> None:
        """All keys on one sheet."""
        if self.menus is not None:
            sheet = KeySheet(self.menus.groups, self._window)
            sheet.finished.connect(sheet.deleteLater)
            sheet.open()

    def show_about(self) -> None:
        """Version, licence, what this is not, and what it runs on."""
        noticed = self._remembered.settings.notice_read
        box = AboutDialog(application_version(), facts(self._remembered), noticed, self._window)
        box.finished.connect(box.deleteLater)
        box.open()


def facts(remembered: Remembered) -> list[tuple[str, str]]:
    """What somebody who answers a question has to know; nothing about any patient."""
    parts = ("PySide6-Essentials", "vtk", "pydicom", "torch")
    made_of = ", ".join(f"{name.split('-')[0]} {_version(name)}" for name in parts)
    return [
        ("Runs on", f"{platform.system()} {platform.release()}, Python {platform.python_version()}"),
        ("Made with", made_of),
        ("Library", library_location(remembered.settings)),
        ("Settings", str(settings_path())),
    ]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # as where VTK comes with the system
        return "of the system"
