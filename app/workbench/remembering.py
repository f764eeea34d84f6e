"""What is found again after a restart: preferences, the window, the study that was open and how it hung."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from app.desk import Layout, OverlayMode
from app.settings import Settings, load_settings, save_settings, settings_path

Later = Callable[[Callable[[], object]], None]
SITTING = "sitting"  # where the last sitting is kept among the texts of the window


@dataclass(frozen=True)
class LastSitting:
    """How the last study hung: by display set uid, since positions in a list change."""

    study_uid: str = ""
    prior_uid: str = ""
    layout: str = Layout.ONE.value
    slots: tuple[str, ...] = ()
    slices: dict[str, int] = field(default_factory=dict)
    target: str = ""
    overlay_mode: str = OverlayMode.CONTOUR.value


class Remembered:
    """The settings of this session. `later` does the writing, in the order of the changes."""

    def __init__(self, later: Later, path: Path | None = None) -> None:
        self._later, self._path = later, path
        self.settings: Settings = load_settings(path)

    @property
    def folder(self) -> Path:
        """Where the settings are, and what else belongs to the reader."""
        return (self._path or settings_path()).parent

    def change(self, **changes: Any) -> None:
        """Change fields of the settings and write them, if anything is different."""
        settings = replace(self.settings, **changes)
        if settings != self.settings:
            self.settings = settings
            self._later(partial(save_settings, settings, self._path))

    def change_window(self, **texts: str) -> None:
        """Change what is kept of the window."""
        self.change(window={**self.settings.window, **texts})

    def keep_sitting(self, sitting: LastSitting) -> None:
        """Keep how a study hangs."""
        texts = {**self.settings.window, SITTING: json.dumps(asdict(sitting))}
        self.change(window=texts, last_study_uid=sitting.study_uid)

    @property
    def sitting(self) -> LastSitting:
        """How the last study hung; the default where nothing usable is kept."""
        try:
            stored = json.loads(self.settings.window.get(SITTING, "{}"))
            return LastSitting(**{**stored, "slots": tuple(stored.get("slots", ()))})
        except (ValueError, TypeError):
            return LastSitting()
