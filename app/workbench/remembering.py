"""What is found again after a restart: preferences, the window, the study that was open and how it hung."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from app.layouts import Arrangement, Layout
from app.manner import AS_ACQUIRED, Manner, manner_from
from app.overlays import OverlayMode
from app.settings import Settings, load_settings, save_settings, settings_path

Later = Callable[[Callable[[], object]], None]
SITTING = "sitting"  # where the last sitting is kept among the texts of the window


@dataclass(frozen=True)
class LastSitting:
    """How the last study hung: by display set uid, since positions in a list change.

    manners  of the slots that show their series otherwise than as acquired, by slot number
    further  layouts of the windows of viewports after the first
    compared the prior was compared with the study, not only shown beside it
    slices   slice on show, by `place_key` of series and plane
    """

    study_uid: str = ""
    prior_uid: str = ""
    layout: str = Layout.ONE.value
    slots: tuple[str, ...] = ()
    slices: dict[str, int] = field(default_factory=dict)
    target: str = ""
    overlay_mode: str = OverlayMode.CONTOUR.value
    manners: dict[str, dict[str, Any]] = field(default_factory=dict)
    further: tuple[str, ...] = ()
    compared: bool = True

    @property
    def arrangement(self) -> Arrangement:
        """What hung where."""
        return Arrangement(Layout(self.layout), self.slots, self.ways, self.layouts)

    @property
    def ways(self) -> tuple[Manner, ...]:
        """How each slot showed its series; as acquired where nothing usable is kept."""
        return tuple(_way(self.manners.get(str(slot), {})) for slot in range(len(self.slots)))

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """Of the windows after the first."""
        known = {layout.value for layout in Layout}
        return tuple(Layout(text) if text in known else Layout.ONE for text in self.further)


def _way(told: Any) -> Manner:
    try:
        return manner_from(told) if isinstance(told, dict) else AS_ACQUIRED
    except (ValueError, TypeError):
        return AS_ACQUIRED


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
            lists = {name: tuple(stored.get(name, ())) for name in ("slots", "further")}
            return LastSitting(**{**stored, **lists})
        except (ValueError, TypeError, AttributeError):
            return LastSitting()
