"""What the reader prefers, in one small JSON file; and where the application keeps its things.

`NEGATOSCOPE_HOME` moves everything to one folder, for tests, for CI and for a library on another drive.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from inference.imaging.files import write_atomic

NAME = "negatoscope"
HOME = "NEGATOSCOPE_HOME"
TEXT_PERCENTS = (90, 100, 110, 125, 150)
DEVICES = ("automatic", "cpu")
MOST_WORKERS = 64
_URLS = ("postgresql://", "postgresql+psycopg://", "sqlite:///")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Settings:
    """Everything that is kept between two sessions, except what belongs to a study.

    text_percent   size of all texts, one of TEXT_PERCENTS
    library        URL or folder of the library; empty for the usual place
    device         what models run on, one of DEVICES
    batch_workers  processes of `negatoscope export`, unless it is told otherwise
    bindings       the profile of mouse and keys, and the reader's own changes to it
    window         the window's geometry and docks, as Qt wrote them, in base 64
    """

    theme: str = "dark"
    text_percent: int = 100
    library: str = ""
    last_folder: str = ""
    last_study_uid: str = ""
    reader: str = ""  # the name that goes with decisions
    model: str = "prima"
    device: str = DEVICES[0]
    batch_workers: int = 1
    method: str = "lime"
    corner_texts: bool = True
    volume_quality: str = "automatic"
    notice_read: str = ""  # day on which the reader took note of what the program is not
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


def home_is_fixed() -> bool:
    """Whether NEGATOSCOPE_HOME decides where the library is, whatever the settings say."""
    return _home() is not None


def reason_against_library(place: str) -> str:
    """Why a library cannot be opened or made at a folder or URL; empty where nothing speaks against it."""
    if not place or place.startswith(_URLS):
        return ""
    if "://" in place:
        return "A URL begins with postgresql or sqlite."
    folder = Path(place).expanduser()
    if not folder.is_absolute():
        return "Name the folder from the root of the disk."
    if folder.exists() and not folder.is_dir():
        return "This is a file, not a folder."
    nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return "" if os.access(nearest, os.W_OK) else "Nothing can be written there."


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
        if type(value) is type(usual) and _is_offered(name, value):
            kept[name] = value
    return Settings(**kept)


def _is_offered(name: str, value: Any) -> bool:
    """Whether a value is one of those that can be chosen, where these are counted."""
    offered: dict[str, Sequence[Any]] = {
        "theme": ("dark", "light"),
        "text_percent": TEXT_PERCENTS,
        "device": DEVICES,
        "batch_workers": range(1, MOST_WORKERS + 1),
    }
    return name not in offered or value in offered[name]
