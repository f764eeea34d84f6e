"""What the reader prefers, in one small JSON file; and where the application keeps its things.

`NEGATOSCOPE_HOME` moves everything to one folder, for tests, for CI and for a library on another drive.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from inference.imaging.files import write_atomic

NAME = "negatoscope"
HOME = "NEGATOSCOPE_HOME"

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Everything that is kept between two sessions, except what belongs to a study.

    library   URL or folder of the library; empty for the usual place
    bindings  the profile of mouse and keys, and the reader's own changes to it
    window    the window's geometry and docks, as Qt wrote them, in base 64
    """

    theme: str = "dark"
    library: str = ""
    last_folder: str = ""
    last_study_uid: str = ""
    reader: str = ""  # the name that goes with decisions
    model: str = "prima"
    method: str = "lime"
    corner_texts: bool = True
    volume_quality: str = "automatic"
    bindings: Mapping[str, Any] = field(default_factory=dict)
    window: Mapping[str, str] = field(default_factory=dict)


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; what is missing, damaged or unknown falls back to the default."""
    path = path or settings_path()
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings()
    except (OSError, ValueError) as error:
        _log.warning("the settings cannot be read: %s", type(error).__name__)
        return Settings()
    return _from_plain(stored) if isinstance(stored, dict) else Settings()


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Write the settings whole or not at all."""
    text = json.dumps(asdict(settings), indent=2, sort_keys=True)
    write_atomic(path or settings_path(), text.encode())


def settings_path() -> Path:
    """Where the settings are."""
    return (_home() or platformdirs.user_config_path(NAME)) / "settings.json"


def library_path() -> Path:
    """The folder of the library where the settings name no other."""
    return (_home() or platformdirs.user_data_path(NAME)) / "library"


def library_location(settings: Settings) -> str:
    """URL or folder of the library to open; NEGATOSCOPE_HOME goes before the settings."""
    return settings.library if settings.library and not _home() else str(library_path())


def _home() -> Path | None:
    """The folder that NEGATOSCOPE_HOME names, if it names one."""
    named = os.environ.get(HOME, "")
    return Path(named).expanduser().absolute() if named else None


def _from_plain(stored: Mapping[str, Any]) -> Settings:
    """Settings from what is stored, as far as each value has the type that it should have."""
    default = Settings()
    kept: dict[str, Any] = {}
    for name in (f.name for f in fields(Settings)):
        value, usual = stored.get(name), getattr(default, name)
        if type(value) is type(usual):
            kept[name] = value
    return Settings(**kept)
