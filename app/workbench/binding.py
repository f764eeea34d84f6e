"""Mouse and keys as the reader wants them: a profile, and own changes to it, kept in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.panels.bindings import BindingsDialog, KeyRow
from app.viewer.hanging import Hanging
from app.viewer.profiles import STANDARD, Profile, profile_called, profile_keys
from app.workbench.services import Services

if TYPE_CHECKING:
    from app.menus import Menus

MOUSE, KEYS, PROFILE = "mouse", "keys", "profile"  # in the settings


class Binding(QObject):
    """Dresses the wall and the menus in a profile. `menus` are made from the commands, which act on this."""

    changed = Signal()

    def __init__(self, services: Services, hanging: Hanging, window: QWidget) -> None:
        super().__init__()
        self._services, self._hanging, self._window = services, hanging, window
        self.menus: Menus | None = None
        self.profile = profile_of(services.remembered.settings.bindings)

    def apply(self) -> None:
        """Let mouse and keys do what the profile says."""
        self._hanging.set_profile(self.profile)
        if self.menus is not None:
            self.menus.set_keys(self.profile.keys)
        self.changed.emit()

    def choose(self, key: str) -> None:
        """Another profile; own changes to the one before are left behind."""
        self._keep({PROFILE: key})

    def set_keys(self, command: str, keys: tuple[str, ...]) -> None:
        """Other shortcuts for a command; whoever had one of them before loses it."""
        own = dict(self._own(KEYS))
        for text, had in self._taken(command, keys).items():
            own[text] = [key for key in had if key not in keys]
        self._keep({**self._told, KEYS: {**own, command: list(keys)}})

    def set_mouse(self, press: str, deed: str) -> None:
        """Another tool on a button; empty for none."""
        self._keep({**self._told, MOUSE: {**self._own(MOUSE), press: deed}})

    def ask(self) -> None:
        """Show what every button and key does, to be changed."""
        if self.menus is None:
            return
        dialog = BindingsDialog([(key, profile_called(key).title) for key in profile_keys()], self._window)
        dialog.profile_chosen.connect(self.choose)
        dialog.keys_changed.connect(lambda text, keys: self.set_keys(text, tuple(keys)))
        dialog.mouse_changed.connect(self.set_mouse)
        self.changed.connect(lambda: self._show(dialog))
        dialog.finished.connect(dialog.deleteLater)
        dialog.destroyed.connect(lambda: self.changed.disconnect())
        self._show(dialog)
        dialog.open()

    def _show(self, dialog: BindingsDialog) -> None:
        if self.menus is not None:
            rows = [KeyRow(text, tip, keys) for text, tip, keys in self.menus.bound]
            dialog.show_profile(self.profile, rows, own=bool(self._own(KEYS) or self._own(MOUSE)))

    def _taken(self, command: str, keys: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Other commands that have one of these keys now."""
        bound = self.menus.bound if self.menus is not None else ()
        return {text: had for text, _tip, had in bound if text != command and set(had) & set(keys)}

    @property
    def _told(self) -> Mapping[str, Any]:
        return self._services.remembered.settings.bindings

    def _own(self, name: str) -> Mapping[str, Any]:
        found = self._told.get(name, {})
        return found if isinstance(found, dict) else {}

    def _keep(self, told: Mapping[str, Any]) -> None:
        self._services.remembered.change(bindings=dict(told))
        self.profile = profile_of(told)
        self.apply()


def profile_of(told: Mapping[str, Any]) -> Profile:
    """The profile that settings name with the reader's own changes; what cannot be used is passed over."""
    profile = profile_called(str(told.get(PROFILE, STANDARD)))
    mouse, keys = told.get(MOUSE), told.get(KEYS)
    for press, deed in mouse.items() if isinstance(mouse, dict) else ():
        profile = profile.with_mouse(str(press), str(deed)) if profile.knows(str(deed)) else profile
    for text, shortcuts in keys.items() if isinstance(keys, dict) else ():
        if isinstance(shortcuts, list):
            profile = profile.with_keys(str(text), tuple(str(key) for key in shortcuts))
    return profile
