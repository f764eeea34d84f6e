"""The index of a disc: which files it lists, and which of those are not there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydicom import dcmread

from inference.imaging.quiet import quiet

LARGEST_INDEX = 256 << 20


@dataclass(frozen=True)
class Listed:
    """What an index names. `missing` are names that lead to no file below its folder."""

    files: tuple[Path, ...] = ()
    missing: tuple[Path, ...] = ()

    @property
    def whole(self) -> bool:
        """The index can be trusted: it lists files and all of them are there."""
        return bool(self.files) and not self.missing


def read_index(path: Path) -> Listed:
    """The files that a DICOMDIR lists; nothing where it cannot be read."""
    try:
        if path.stat().st_size > LARGEST_INDEX:
            return Listed()
        with quiet():
            dataset = dcmread(path)
            names = [_name(record) for record in dataset.get("DirectoryRecordSequence") or ()]
    except Exception:  # noqa: BLE001 - untrusted bytes: without an index the folder is read as it is
        return Listed()
    folder = path.parent
    found = {name: _below(folder, name) for name in names if name}
    return Listed(
        tuple(sorted(file for file in found.values() if file)),
        tuple(folder.joinpath(*_safe(name)) for name, file in found.items() if not file),
    )


def _name(record: Any) -> tuple[str, ...]:
    value = record.get("ReferencedFileID")
    if value is None or value == "":
        return ()
    return (str(value),) if isinstance(value, str) else tuple(str(part) for part in value)


def _below(folder: Path, name: tuple[str, ...]) -> Path | None:
    """The file that a record names, whatever the disc's copy did to capitals; never outside the folder."""
    place = folder
    for part in name:
        if part in ("", ".", "..") or os.sep in part or "/" in part:
            return None
        exact = place / part
        place = exact if exact.exists() else _whatever_case(place, part)
    inside = place.resolve().is_relative_to(folder.resolve())
    return place if inside and place.is_file() else None


def _whatever_case(folder: Path, name: str) -> Path:
    wanted = name.lower().rstrip(".")
    try:
        return next((path for path in folder.iterdir() if path.name.lower() == wanted), folder / name)
    except OSError:
        return folder / name


def _safe(name: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.replace("/", "_").replace("..", "_") for part in name)
