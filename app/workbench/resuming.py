"""Imports that were cut short, as by a power cut: the reader is asked whether they shall go on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from app.library.values import UnfinishedImport
from app.panels.notice import NoticeBar
from app.workbench.opening import Opening
from app.workbench.services import Services

GO_ON = "Go on reading"


class Resuming(QObject):
    """Looks for unfinished imports at the start, and takes them up again when asked to."""

    def __init__(self, services: Services, opening: Opening, notice: NoticeBar) -> None:
        super().__init__()
        self._services, self._opening, self._notice = services, opening, notice
        self._offered: list[tuple[Path, ...]] = []
        self._waiting: list[tuple[Path, ...]] = []
        notice.action_requested.connect(self.go_on)
        opening.imported.connect(lambda _summary: self._next())

    def look(self) -> None:
        """Ask the library, and offer what it names."""
        self._services.quiet.run(
            "Looking for unfinished imports",
            lambda _report: self._services.library.unfinished_imports(),
            then=self._offer,
            otherwise=self._services.messages.show,
        )

    def go_on(self) -> None:
        """Read on, one import after the other."""
        self._offered, self._waiting = [], [*self._offered]
        self._notice.hide()
        self._next()

    def _offer(self, found: tuple[UnfinishedImport, ...]) -> None:
        begun = self._opening.begun  # is read just now, or was read since
        found = tuple(one for one in found if one.paths not in begun)
        self._offered = list(dict.fromkeys(one.paths for one in found))
        if found:
            self._notice.show_notice(*unfinished_words(found), grave=True, action=GO_ON)

    def _next(self) -> None:
        if self._waiting:
            self._opening.import_paths(self._waiting.pop(0))


def unfinished_words(found: tuple[UnfinishedImport, ...]) -> tuple[str, str]:
    """A sentence that names what was being read, and a hint."""
    names = list(dict.fromkeys(path.name or str(path) for one in found for path in one.paths))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return (
        f"Reading {shown} was cut short the last time.",
        "What had been read is in the library; reading goes on where it ended.",
    )
