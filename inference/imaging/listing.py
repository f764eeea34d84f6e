"""The plain files below some folders, and by name whatever is not read, without ever waiting on one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from inference.imaging.study import Refusal
from inference.progress import Report, silent

DEEPEST = 100  # folders within folders
_KINDS = (
    (stat.S_ISFIFO, "It is a pipe, not a file."),
    (stat.S_ISSOCK, "It is a socket, not a file."),
    (stat.S_ISCHR, "It is a device, not a file."),
    (stat.S_ISBLK, "It is a device, not a file."),
)
_EVERY = 500  # files between two reports


@dataclass
class Listing:
    """Plain files in order of their paths, and what is passed over."""

    files: list[Path] = field(default_factory=list)
    skipped: list[Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def list_files(paths: Sequence[Path], report: Report = silent) -> Listing:
    """Every plain file that `paths` name or contain, once; no link is followed below them."""
    listing = Listing()
    seen: set[str] = set()
    for path in paths:
        root = Path(os.path.abspath(path))  # noqa: PTH100 - a link that the user names is kept by its own name
        for file in _below(root, listing):
            name = str(file)
            if name not in seen:
                seen.add(name)
                listing.files.append(file)
            if len(seen) % _EVERY == 0:
                report(0.0, f"{len(seen)} files found")
    listing.files.sort(key=str)
    return listing


def _below(root: Path, listing: Listing) -> Iterator[Path]:
    try:
        status = root.stat()
    except OSError as error:
        listing.refused.append(Refusal(root, f"It cannot be opened: {error.strerror or error}."))
        return
    if stat.S_ISREG(status.st_mode):
        yield root
    elif stat.S_ISDIR(status.st_mode):
        yield from _folder(root, listing)
    else:
        listing.skipped.append(Refusal(root, _odd(status.st_mode)))


def _folder(root: Path, listing: Listing) -> Iterator[Path]:
    home = str(root.resolve())
    waiting = [(str(root), 0)]
    while waiting:
        folder, depth = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            words = f"The folder cannot be read: {error.strerror or error}."
            listing.skipped.append(Refusal(Path(folder), words))
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if depth < DEEPEST:
                    waiting.append((entry.path, depth + 1))
                else:
                    listing.skipped.append(Refusal(Path(entry.path), "The folders are nested too deep."))
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)
            else:
                _pass_over(entry, home, listing)


def _pass_over(entry: os.DirEntry[str], home: str, listing: Listing) -> None:
    path = Path(entry.path)
    if not entry.is_symlink():
        listing.skipped.append(Refusal(path, _odd(entry.stat(follow_symlinks=False).st_mode)))
        return
    target = os.path.realpath(entry.path)
    inside = target == home or target.startswith(home.rstrip(os.sep) + os.sep)
    if inside and os.path.exists(target):  # noqa: PTH110 - the resolved text is at hand
        words = "It is a link to something in the same folder, which is read itself."
    else:
        words = "It is a link that leads out of the folder." if not inside else "It is a link to nothing."
    listing.skipped.append(Refusal(path, words))


def _odd(mode: int) -> str:
    return next((words for test, words in _KINDS if test(mode)), "It is not a plain file.")
