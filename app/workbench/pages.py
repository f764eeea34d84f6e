"""The window itself: its pages, its folding panels, its theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QWidget

from app import theme
from app.viewport_window import ViewportWindow
from app.workbench.services import Services
from app.workbench.watching import Watching

if TYPE_CHECKING:
    from app.window import ReadingWindow


class Pages(QObject):
    """Acts on the window for the commands."""

    theme_changed = Signal()
    texts_resized = Signal()

    def __init__(self, services: Services, window: ReadingWindow, watching: Watching) -> None:
        super().__init__()
        self._services, self._window, self._watching = services, window, watching

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
        """The window in hand fills its screen."""
        return self.front.isFullScreen()

    @property
    def front(self) -> QWidget:
        """The window in hand: a further one of viewports where that has the keys."""
        active = QApplication.activeWindow()
        return active if isinstance(active, ViewportWindow) else self._window

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
        front = self.front
        if front.isFullScreen():
            front.showNormal()
        else:
            front.showFullScreen()

    def toggle_theme(self) -> None:
        """Light or dark panels."""
        self._services.remembered.change(theme="dark" if self.is_light else "light")
        self.dress()

    def dress(self) -> None:
        """Look as the settings say."""
        settings, application = self._services.remembered.settings, QApplication.instance()
        before = theme.percent()
        if isinstance(application, QApplication):
            theme.apply(application, settings.theme, settings.text_percent)
        self.theme_changed.emit()
        if before != settings.text_percent:
            self.texts_resized.emit()

    def stop(self) -> None:
        """Stop what is being done."""
        self._watching.stop()

    def quit(self) -> None:
        """End the application."""
        self._window.close()
