"""The first minutes: the bundled study opened, read by the model, and one finding explained."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from app.room import Room
from inference.errors import FileError


class Demonstrating(QObject):
    """Takes each step when the one before has ended; does nothing that is known already."""

    def __init__(self, room: Room) -> None:
        super().__init__()
        self._room = room
        self._on = False
        room.opening.opened.connect(self._read)
        room.workspace.finding_changed.connect(self._explain)

    def begin(self, folder: Path) -> None:
        """Open the study in `folder`."""
        if not folder.is_dir():
            self._room.services.messages.show(
                FileError("The demonstration study is not installed.", hint="Open a folder with Ctrl+O.")
            )
            return
        self._on = True
        self._room.opening.import_paths([folder])

    def _read(self) -> None:
        if self._on and not self._room.workspace.sitting.predictions:
            self._room.modelling.run()
        else:
            self._explain()

    def _explain(self, *_: object) -> None:
        if self._on and self._room.workspace.sitting.chosen is not None:
            self._on = False
            if self._room.workspace.sitting.attribution is None:
                self._room.explaining.explain("lime")
