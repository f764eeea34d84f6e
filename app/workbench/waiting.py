"""What leaves while a model still draws: the reader is told what would be missing, and may wait for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from app.workbench.gathering import Gathering
from app.workbench.services import Services

Write = Callable[[str], None]
"""Writes; told what is missing, in a sentence, or nothing."""


class Waiting(QObject):
    """Holds one export at a time; another study gives it up."""

    told = Signal(str, str)  # a sentence and a hint

    def __init__(self, services: Services, window: QWidget, gathering: Gathering) -> None:
        super().__init__()
        self._services, self._window, self._gathering = services, window, gathering
        self._held: Write | None = None
        self._titles = ""
        services.jobs.ended.connect(lambda _job: QTimer.singleShot(0, self, self._go_on))
        services.workspace.current_changed.connect(lambda _study: self._give_up())

    def before(self, write: Write) -> None:
        """Write now where everything is here; else ask whether to wait for the rest."""
        awaited = self._gathering.awaited
        if not awaited:
            write("")
            return
        self._titles = " and ".join(dict.fromkeys(awaited))
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Masks are still being drawn")
        box.setText(f"{self._titles} is still outlining this study.")
        box.setInformativeText("Its masks would be missing from what is written now.")
        wait = box.addButton("Wait for the masks", QMessageBox.ButtonRole.AcceptRole)
        without = box.addButton("Write without them", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(wait)
        wait.clicked.connect(lambda: self._hold(write))
        without.clicked.connect(lambda: write(f"The masks of {self._titles} were not drawn yet."))
        box.finished.connect(box.deleteLater)
        box.open()

    def _hold(self, write: Write) -> None:
        self._held = write
        self.told.emit(f"Writing begins once {self._titles} has outlined the study.", "Esc stops it.")
        self._go_on()  # it may have ended while the reader was asked

    def _go_on(self) -> None:
        """Write what was held once nothing is awaited; what did not come is said to be missing."""
        if self._held is None or self._gathering.awaited:
            return
        write, self._held = self._held, None
        write("" if self._gathering.has_masks else f"The masks of {self._titles} could not be drawn.")

    def _give_up(self) -> None:
        self._held = None
