"""The settings that the reader can change, applied as soon as they can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.panels.preferences import PreferencesDialog, Surroundings
from app.settings import Settings, home_is_fixed, library_location
from app.viewer.profiles import profile_called, profile_keys
from app.workbench.binding import Binding
from app.workbench.cornering import Cornering
from app.workbench.pages import Pages
from app.workbench.services import Services
from inference.device import DEVICE

if TYPE_CHECKING:
    from app.window import ReadingWindow


class Preferring:
    """Opens the settings; dresses the window and moves the models as they say."""

    def __init__(
        self,
        services: Services,
        window: ReadingWindow,
        pages: Pages,
        binding: Binding,
        *,
        cornering: Cornering,
    ) -> None:
        self._services, self._window = services, window
        self._pages, self._binding, self._cornering = pages, binding, cornering
        self._opened_library = library_location(services.remembered.settings)
        services.runner.set_variables(variables_of(services.remembered.settings))

    def ask(self) -> None:
        """Show the settings, to be changed."""
        profiles = [(profile_called(key).title, key) for key in profile_keys()]
        around = Surroundings(profiles, self._opened_library, home_is_fixed())
        dialog = PreferencesDialog(around, self._window)
        dialog.changed.connect(self.prefer)
        dialog.profile_chosen.connect(self._choose_profile)
        dialog.bindings_requested.connect(lambda: self._show_bindings(dialog))
        dialog.corners_requested.connect(lambda: self._show_corners(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.show_settings(self._services.remembered.settings, self._binding.profile.key)
        dialog.open()

    def prefer(self, wanted: Settings) -> None:
        """Keep what the dialog offers, and apply what has changed."""
        before = self._services.remembered.settings
        self._services.remembered.change(
            theme=wanted.theme,
            text_percent=wanted.text_percent,
            reader=wanted.reader,
            device=wanted.device,
            batch_workers=wanted.batch_workers,
            library=wanted.library,
        )
        if (before.theme, before.text_percent) != (wanted.theme, wanted.text_percent):
            self._pages.dress()
        if before.device != wanted.device:
            self._move_models(wanted)

    def _move_models(self, settings: Settings) -> None:
        """The next call starts a process on the other device; one that is warm is replaced now."""
        runner = self._services.runner
        was_warm = runner.pid is not None
        runner.set_variables(variables_of(settings))
        if was_warm:
            told = self._window.activity.show_device
            runner.call("Changing the device", "app.reading:device_in_use", then=told)

    def _choose_profile(self, key: str) -> None:
        if key != self._binding.profile.key:
            self._binding.choose(key)

    def _show_corners(self, dialog: PreferencesDialog) -> None:
        dialog.accept()
        self._cornering.ask()

    def _show_bindings(self, dialog: PreferencesDialog) -> None:
        dialog.accept()
        self._binding.ask()


def variables_of(settings: Settings) -> dict[str, str]:
    """What the process of the models is told by its environment."""
    return {DEVICE: "cpu"} if settings.device == "cpu" else {}
