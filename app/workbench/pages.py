"""The window itself: its pages, its folding panels, and the dialogs that belong to nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox

from app import theme
from app.panels.activity import DISCLAIMER
from app.panels.palette import KeySheet, Palette
from app.version import application_version
from app.workbench.services import Services
from app.workbench.watching import Watching

if TYPE_CHECKING:
    from app.menus import Menus
    from app.window import ReadingWindow

ABOUT = (
    "Negatoscope {version}\n\nReview of radiology studies with models that say why.\n"
    "Licence: Apache-2.0. Icons and fonts: see resources.\n\n"
    "{disclaimer}. For research and teaching; what a model says here must not be used for diagnosis."
)


class Pages:
    """Acts on the window for the commands."""

    def __init__(self, services: Services, window: ReadingWindow, watching: Watching) -> None:
        self._services, self._window, self._watching = services, window, watching
        self.menus: Menus | None = None  # made from the commands, which act on this
        self._undo_redo = ("", "")
        services.workspace.history_changed.connect(self._note_history)

    @property
    def can_undo(self) -> bool:
        """There is a step to take back."""
        return bool(self._undo_redo[0])

    @property
    def can_redo(self) -> bool:
        """There is a step to do again."""
        return bool(self._undo_redo[1])

    @property
    def library_is_shown(self) -> bool:
        """The study list rather than the pictures."""
        return self._window.library_is_shown

    @property
    def left_is_shown(self) -> bool:
        """The left panel is not folded."""
        return self._window.is_unfolded("left")

    @property
    def right_is_shown(self) -> bool:
        """The right panel is not folded."""
        return self._window.is_unfolded("right")

    @property
    def is_full_screen(self) -> bool:
        """The window fills the screen."""
        return self._window.isFullScreen()

    @property
    def is_light(self) -> bool:
        """The light theme is in force."""
        return self._services.remembered.settings.theme == "light"

    def toggle_library(self) -> None:
        """The study list, or the pictures again."""
        self._window.show_library(not self._window.library_is_shown)

    def toggle_left(self) -> None:
        """Fold the left panel, or bring it back."""
        self._window.fold("left", self.left_is_shown)

    def toggle_right(self) -> None:
        """Fold the right panel, or bring it back."""
        self._window.fold("right", self.right_is_shown)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or leave it."""
        if self.is_full_screen:
            self._window.showNormal()
        else:
            self._window.showFullScreen()

    def toggle_theme(self) -> None:
        """Light or dark panels."""
        self._services.remembered.change(theme="dark" if self.is_light else "light")
        application = QApplication.instance()
        if isinstance(application, QApplication):
            theme.apply(application, self._services.remembered.settings.theme)
        if self.menus is not None:
            self.menus.draw_icons()

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

    def stop(self) -> None:
        """Stop what is being done."""
        self._watching.stop()

    def quit(self) -> None:
        """End the application."""
        self._window.close()

    def _note_history(self, undo: str, redo: str) -> None:
        self._undo_redo = (undo, redo)
