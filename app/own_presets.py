"""The reader's own ways to render in 3-D: a readable file and a small picture each, beside the settings."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, replace
from pathlib import Path

from app.viewer.volume_presets import VolumePreset, preset_from
from inference.imaging.files import write_atomic

FOLDER = "volume_presets"
PREFIX = "own_"
LONGEST = 60  # characters of a title
_log = logging.getLogger(__name__)


def own_preset(preset: VolumePreset, title: str, modality: str) -> VolumePreset:
    """A preset under a name of the reader; the same name again takes its place."""
    title = " ".join(title.split())[:LONGEST] or "Own preset"
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_") or "preset"
    return replace(preset, key=f"{PREFIX}{plain}", title=title, modality=modality, own=True)


def read_own_presets(folder: Path) -> tuple[VolumePreset, ...]:
    """Those of a folder by name; a file that cannot be used hides no other."""
    found = []
    for path in sorted(folder.glob(f"{PREFIX}*.json")):
        try:
            made = preset_from(json.loads(path.read_text("utf-8")))
            found.append(replace(made, key=path.stem, title=str(made.title)[:LONGEST], own=True))
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            _log.warning("the preset %s cannot be used: %s", path.name, error)
    return tuple(found)


def write_own_preset(preset: VolumePreset, folder: Path, picture_png: bytes) -> VolumePreset:
    """Write the picture, then the preset that it belongs to."""
    folder.mkdir(parents=True, exist_ok=True)
    if picture_png:
        write_atomic(folder / f"{preset.key}.png", picture_png)
    told = {name: value for name, value in asdict(preset).items() if name != "own"}
    write_atomic(folder / f"{preset.key}.json", json.dumps(told, indent=1).encode())
    return preset


def remove_own_preset(preset: VolumePreset, folder: Path) -> None:
    """Remove a preset and its picture."""
    for ending in ("json", "png"):
        (folder / f"{preset.key}.{ending}").unlink(missing_ok=True)
