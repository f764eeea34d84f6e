"""What a batch planned and what it has done: one line of JSON per event, on disk before it counts."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal

Event = Literal["planned", "done", "unanswered", "failed"]
FILE_NAME = "manifest.jsonl"


@dataclass(frozen=True)
class Entry:
    """One event of one study. `files` are the names under `folder` with their SHA-256.

    "unanswered" is done as well: the report is written, and says why the model gave no answer.
    """

    event: Event
    study_uid: str
    folder: str
    source: str = ""
    created: str = ""
    reason: str = ""
    hint: str = ""
    files: dict[str, str] = field(default_factory=dict)

    @property
    def is_written(self) -> bool:
        """Whether the report of the study was written, with or without an answer."""
        return self.event in ("done", "unanswered")


class Manifest:
    """The manifest of one output folder; a line cut by a crash is ignored when it is read again."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.path = out / FILE_NAME
        self.entries = _read(self.path)

    def add(self, entry: Entry) -> None:
        """Append one event; returns when it is on disk."""
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        with self.path.open("ab") as file:
            if _cut_short(self.path):
                file.write(b"\n")
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
        self.entries.append(entry)

    def last(self, study_uid: str) -> Entry | None:
        """The last event of a study."""
        return next((e for e in reversed(self.entries) if e.study_uid == study_uid), None)

    def is_done(self, study_uid: str) -> bool:
        """Whether a study is written and every file still has the checksum that was noted."""
        entry = self.last(study_uid)
        return entry is not None and entry.is_written and self.is_whole(entry)

    def is_whole(self, entry: Entry) -> bool:
        """Whether every file of an entry is there, unchanged."""
        folder = self.out / entry.folder
        paths = ((folder / name, digest) for name, digest in entry.files.items())
        return all(path.is_file() and sha256(path) == digest for path, digest in paths)


def sha256(path: Path) -> str:
    """Checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> list[Entry]:
    if not path.exists():
        return []
    entries = []
    for line in path.read_bytes().splitlines():
        try:
            entries.append(Entry(**json.loads(line)))
        except (ValueError, TypeError):  # the line that a crash cut
            continue
    return entries


def _cut_short(path: Path) -> bool:
    size = path.stat().st_size
    if size == 0:
        return False
    with path.open("rb") as file:
        file.seek(size - 1)
        return file.read(1) != b"\n"
