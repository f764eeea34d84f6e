"""Composition root: makes everything once and runs the window. `python -m app [--demo] [PATH ...]`."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import theme
from app.collecting import set_aside
from app.leaving import leave
from app.library.library import Library
from app.reading_room import ReadingRoom
from app.settings import library_location, load_settings
from inference.errors import ReviewError


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window; with `--demo` on the bundled study, with paths on what they hold."""
    asked = _arguments(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(level=logging.WARNING)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Negatoscope")
    settings = load_settings()
    theme.apply(application, settings.theme, settings.text_percent)
    try:
        library = Library.open(library_location(settings))
    except ReviewError as error:
        print(f"{error} {error.hint}", file=sys.stderr)  # noqa: T201 - there is no window to say it in
        return 2
    room = ReadingRoom(library)
    sys.excepthook = lambda _kind, error, _trace: room.services.messages.show(error)
    room.window.show()
    set_aside()
    room.start(asked.paths, demo=asked.demo)
    return leave(application.exec())


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m app", description="Open the reading window.")
    parser.add_argument(
        "--demo", action="store_true", help="open the bundled study with findings and one reason"
    )
    parser.add_argument("paths", nargs="*", type=Path, help="folders, files or archives to open")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
