"""ZIP archives: DICOM members are unpacked to a private folder, under names of our own and within limits."""

from __future__ import annotations

import getpass
import json
import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO

from inference.imaging.files import write_atomic
from inference.imaging.header import DICOM_SUFFIXES, FIRST_READ
from inference.imaging.part10 import NotDicomError, find_start
from inference.imaging.study import Refusal
from inference.imaging.values import clean
from inference.progress import Report, silent

MOST_MEMBERS = 500_000
LARGEST_TOTAL = 200 << 30
SHARE_OF_DISC = 0.9  # of what is free
MOST_INFLATION = 1100  # deflate cannot do more than 1032; beyond that members overlap
_COPIED = 1 << 20
_DONE = "unpacked.json"


@dataclass
class Unpacked:
    """The files of an archive. `origins` says by unpacked path where in the archive each came from."""

    files: list[Path] = field(default_factory=list)
    origins: dict[str, Path] = field(default_factory=dict)
    skipped: list[Refusal] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def is_archive(path: Path) -> bool:
    """A file called .zip that starts like one."""
    if path.suffix.lower() != ".zip":
        return False
    try:
        with path.open("rb") as file:
            return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


def cache_folder() -> Path:
    """A folder that only this user can read, for what is unpacked."""
    folder = Path(tempfile.gettempdir()) / f"negatoscope-{_user()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    status = folder.lstat()
    ours = not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o077)
    if stat.S_ISDIR(status.st_mode) and ours:
        return folder
    return Path(tempfile.mkdtemp(prefix="negatoscope-"))


def unpack(archive: Path, into: Path, report: Report = silent) -> Unpacked:
    """Unpack the DICOM members of an archive below `into`; an unchanged archive is unpacked once."""
    try:
        folder = into / _key(archive)
        known = _unpacked_before(folder)
        if known:
            return known
        with zipfile.ZipFile(archive) as opened:
            members = [member for member in opened.infolist() if not member.is_dir()]
            _check_size(archive, members, into)
            unpacked = _unpack_members(archive, opened, members, folder, report)
        _remember(folder, unpacked)
    except (OSError, zipfile.BadZipFile, _TooLargeError) as error:
        words = str(error) if isinstance(error, _TooLargeError) else f"The archive cannot be opened: {error}."
        return Unpacked(refused=[Refusal(archive, words)])
    return unpacked


class _TooLargeError(Exception):
    """The archive would fill the disc."""


class _PassedOverError(Exception):
    """A member that is not unpacked, and why. `refused` where it was meant to be DICOM."""

    def __init__(self, reason: str, *, refused: bool) -> None:
        super().__init__(reason)
        self.refused = refused


def _check_size(archive: Path, members: list[zipfile.ZipInfo], into: Path) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MOST_MEMBERS:
        raise _TooLargeError(f"The archive holds {len(members)} files; it is not unpacked.")
    if total > MOST_INFLATION * archive.stat().st_size:
        raise _TooLargeError(
            "The archive claims to hold more than any archive of its size can; it is not unpacked."
        )
    into.mkdir(parents=True, exist_ok=True)
    if total > min(LARGEST_TOTAL, SHARE_OF_DISC * shutil.disk_usage(into).free):
        raise _TooLargeError(
            f"Unpacking the archive would take {total / 2**30:.1f} GB; there is no room for it."
        )


def _unpack_members(
    archive: Path, opened: zipfile.ZipFile, members: list[zipfile.ZipInfo], folder: Path, report: Report
) -> Unpacked:
    unpacked = Unpacked()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for number, member in enumerate(members):
        report(number / len(members), f"Unpacking {archive.name}")
        shown = Path(f"{archive}/{clean(member.filename)}")
        try:
            target = folder / f"{number:06d}.dcm"
            _unpack_member(opened, member, target)
        except _PassedOverError as error:
            (unpacked.refused if error.refused else unpacked.skipped).append(Refusal(shown, str(error)))
        else:
            unpacked.files.append(target)
            unpacked.origins[str(target)] = shown
    return unpacked


def _unpack_member(opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    named = path.suffix.lower() in DICOM_SUFFIXES
    _check_member(member, path)
    try:
        with opened.open(member) as source:
            head = source.read(FIRST_READ)
            _check_start(head, path, named=named)
            with target.open("wb") as copy:
                copy.write(head)
                _copy(source, copy.write)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        target.unlink(missing_ok=True)
        raise _PassedOverError(f"It cannot be unpacked: {error}.", refused=True) from None
    except Exception as error:
        target.unlink(missing_ok=True)
        if isinstance(error, _PassedOverError):
            raise
        raise _PassedOverError("It is damaged in the archive.", refused=True) from error


def _check_member(member: zipfile.ZipInfo, path: PurePosixPath) -> None:
    mode = member.external_attr >> 16
    if path.is_absolute() or ".." in path.parts or ":" in (path.parts or ("",))[0]:
        raise _PassedOverError("Its name leads out of the archive.", refused=True)
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise _PassedOverError("It is not a plain file.", refused=False)
    if member.flag_bits & 1:
        raise _PassedOverError("It is encrypted.", refused=True)


def _check_start(head: bytes, path: PurePosixPath, *, named: bool) -> None:
    if not head:
        raise _PassedOverError("It is empty.", refused=named)
    if head[:4] == b"PK\x03\x04" and path.suffix.lower() == ".zip":
        raise _PassedOverError("An archive within an archive is not opened.", refused=True)
    try:
        find_start(head)
    except NotDicomError as error:
        raise _PassedOverError(str(error), refused=error.claims or named) from None


def _copy(source: IO[bytes], write: Callable[[bytes], object]) -> None:
    while block := source.read(_COPIED):
        write(block)


def _key(archive: Path) -> str:
    status = archive.stat()
    text = f"{archive.resolve()}|{status.st_size}|{status.st_mtime_ns}"
    return sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _remember(folder: Path, unpacked: Unpacked) -> None:
    record = {
        "files": {path.name: str(unpacked.origins[str(path)]) for path in unpacked.files},
        "sizes": {path.name: path.stat().st_size for path in unpacked.files},
        "skipped": [[str(one.path), one.reason] for one in unpacked.skipped],
        "refused": [[str(one.path), one.reason] for one in unpacked.refused],
    }
    write_atomic(folder / _DONE, json.dumps(record).encode())


def _unpacked_before(folder: Path) -> Unpacked | None:
    """What an earlier scan unpacked, if all of it is still there."""
    try:
        record = json.loads((folder / _DONE).read_bytes())
        sizes = {name: (folder / name).stat().st_size for name in record["files"]}
    except (OSError, ValueError, KeyError):
        return None
    if sizes != record["sizes"]:
        return None
    return Unpacked(
        files=[folder / name for name in record["files"]],
        origins={str(folder / name): Path(origin) for name, origin in record["files"].items()},
        skipped=[Refusal(Path(path), reason) for path, reason in record["skipped"]],
        refused=[Refusal(Path(path), reason) for path, reason in record["refused"]],
    )


def _user() -> str:
    return str(os.getuid()) if hasattr(os, "getuid") else sha256(getpass.getuser().encode()).hexdigest()[:8]
