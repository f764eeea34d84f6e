"""A MONAI bundle's settings as its files have them: data alone, references followed, nothing executed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from inference.errors import WeightsError

CONFIGS = ("inference.json", "inference.yaml", "inference.yml")
_LARGEST_CONFIG = 1_000_000  # bytes
_HINT = "Bundles for segmentation with a plain state dict and MONAI's own networks can be used."
_REFERENCE = re.compile(r"^@([A-Za-z_][\w#:]*)$")
_LITERALS = {"$True": True, "$False": False, "$None": None}
_IGNORED = {
    "LoadImaged", "EnsureChannelFirstd", "AddChanneld", "EnsureTyped", "CastToTyped", "ToTensord",
    "CropForegroundd", "Invertd", "SaveImaged", "DeleteItemsd", "CopyItemsd",
}  # fmt: skip


def refused(folder: Path, reason: str) -> WeightsError:
    """Why a bundle is not used."""
    return WeightsError(f"The bundle “{folder.name}” is not used: {reason}.", hint=_HINT)


def read_settings(path: Path) -> Mapping[str, Any]:
    """One file of settings; WeightsError where it is none."""
    folder = path.parent.parent
    try:
        if path.stat().st_size > _LARGEST_CONFIG:
            raise refused(folder, f"{path.name} is larger than a configuration")
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except (OSError, ValueError) as error:
        raise refused(folder, f"{path.name} cannot be read ({type(error).__name__})") from error
    if not isinstance(data, Mapping):
        raise refused(folder, f"{path.name} holds no settings")
    return data


def _yaml(text: str) -> Any:
    try:
        import yaml  # type: ignore[import-untyped] # it brings no types
    except ModuleNotFoundError as error:
        raise ValueError("no reader for YAML is installed") from error
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def settings_of(folder: Path) -> Mapping[str, Any]:
    """What a bundle says of inference, and under "" its folder."""
    found = next(
        (folder / "configs" / name for name in CONFIGS if (folder / "configs" / name).exists()), None
    )
    if found is None:
        raise refused(folder, f"it has no configs/{CONFIGS[0]}")
    return {**read_settings(found), "": folder}  # the folder goes along, to be named in refusals


def plain(value: Any, config: Mapping[str, Any], depth: int = 0) -> Any:
    """A value as it stands, or as "@name" refers to one; an expression is never evaluated."""
    if depth > 8:
        raise refused(config[""], "its settings refer to each other in circles")
    if isinstance(value, str):
        if value in _LITERALS:
            return _LITERALS[value]
        if value.startswith("$"):
            raise refused(config[""], f"it wants to execute {value[:60]!r}")
        reference = _REFERENCE.match(value)
        return plain(_referred(reference.group(1), config), config, depth + 1) if reference else value
    if isinstance(value, Mapping):
        return {str(k): plain(v, config, depth + 1) for k, v in value.items()}
    if isinstance(value, Sequence):
        return [plain(v, config, depth + 1) for v in value]
    return value


def _referred(name: str, config: Mapping[str, Any]) -> Any:
    found: Any = config
    for part in re.split(r"#|::", name):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, Sequence) and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            raise refused(config[""], f"its settings name {name!r}, which they do not define")
    return found


def steps_of(config: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    """The transforms of a section, one after the other."""
    entry = config.get(section, {})
    rows = entry.get("transforms", []) if isinstance(entry, Mapping) else entry
    if isinstance(rows, str):  # "$@preprocessing_transforms" and the like
        rows = _referred(rows.lstrip("$@"), config)
    if not isinstance(rows, Sequence):
        raise refused(config[""], f"its {section} is no list of steps")
    steps = [_plain_step(row, config) for row in rows if isinstance(row, Mapping)]
    return [step for step in steps if step["_target_"] not in _IGNORED and not step.get("_disabled_")]


def _plain_step(row: Mapping[str, Any], config: Mapping[str, Any]) -> Mapping[str, Any]:
    name = str(row.get("_target_", "")).rsplit(".", 1)[-1]
    if name in _IGNORED:
        return {"_target_": name}
    return {**{k: plain(v, config) for k, v in row.items()}, "_target_": name, "": config[""]}
