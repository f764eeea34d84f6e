"""Files appear whole or not at all: temporary file in the same folder, fsync, rename, fsync of the folder."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write_atomic(path: Path, data: bytes, *, replace: bool = True) -> None:
    """Write `data` so that `path` holds either all of it or what it held before.

    With `replace=False` an existing file stays and FileExistsError is raised.
    """
    with atomic_path(path, replace=replace) as temporary:
        temporary.write_bytes(data)


@contextmanager
def atomic_path(path: Path, *, replace: bool = True) -> Iterator[Path]:
    """A temporary path beside `path`, which takes its place when the block ends well and vanishes otherwise.

    For writers that want a path; the temporary name ends as `path` does, so that they know the format.
    With `replace=False` an existing file stays and FileExistsError is raised.
    """
    path = Path(path)
    if not replace and path.exists():
        raise FileExistsError(f"{path} exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _claim(path)
    try:
        yield temporary
        _flush(temporary)
        _settle(temporary, path, replace=replace)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _claim(path: Path) -> Path:
    """An empty file that is certainly ours: O_EXCL follows no link that somebody laid."""
    suffix = "".join(path.suffixes[-2:])[-20:]
    temporary = path.with_name(f".{secrets.token_hex(8)}{suffix}")
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0), 0o600))
    return temporary


def _settle(temporary: Path, path: Path, *, replace: bool) -> None:
    """Give the file its name and, as the reader's own umask would, its usual rights."""
    with suppress(OSError):
        temporary.chmod(_usual_mode(path))
    if replace:
        temporary.replace(path)
        return
    try:
        path.hardlink_to(temporary)  # fails where somebody was faster, unlike a rename
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileExistsError(f"{path} exists") from None
        temporary.replace(path)


def _usual_mode(path: Path) -> int:
    """The rights that `path` has, or that a plain new file would get."""
    if path.exists():
        return path.stat().st_mode & 0o777
    return 0o666 & ~_UMASK


def _read_umask() -> int:
    """The process's umask; it can only be read by setting it, so this is done once, at import."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_UMASK = _read_umask()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _flush_folder(folder: Path) -> None:
    """Make the new name durable; Windows does so with the rename and cannot open folders."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:  # some network file systems refuse it; the rename itself has happened
        pass
    finally:
        os.close(handle)
