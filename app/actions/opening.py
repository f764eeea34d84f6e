"""Which study a command means."""

from __future__ import annotations

from pathlib import Path

from app.terminal import progress
from inference.errors import FileError
from inference.imaging.scan import scan
from inference.imaging.study import Scan, Study


def open_study(path: Path, uid: str = "") -> Study:
    """The one study under `path`, or the one called `uid`; FileError says what to do otherwise."""
    if not path.exists():
        raise FileError(
            f"There is nothing at {path}.", hint="Check the path, and that its drive is connected."
        )
    with progress("Reading headers") as report:
        found = scan(path, report=report)
    if uid:
        return _called(found, uid, path)
    if len(found.studies) == 1:
        return found.studies[0]
    if not found.studies:
        raise FileError(f"{path} holds no study that can be opened.{_reasons(found)}", hint=_look(path))
    raise FileError(
        f"{path} holds {len(found.studies)} studies.",
        hint="Name one with --study UID (`negatoscope list` shows them), or use `negatoscope export`.",
    )


def _called(found: Scan, uid: str, path: Path) -> Study:
    for study in found.studies:
        if study.uid == uid:
            return study
    raise FileError(f"{path} holds no study {uid}.", hint=_look(path))


def _reasons(found: Scan) -> str:
    shown = [f" {r.path.name}: {r.reason}" for r in (*found.refused, *found.skipped)[:3]]
    return "".join(shown)


def _look(path: Path) -> str:
    return f"`negatoscope list {path}` shows what is there and why files were refused."
