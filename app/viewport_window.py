"""A further window of viewports, for another screen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewer.pane import Pane

ORDINALS = ("first", "second", "third")


class ViewportWindow(QWidget):
    """Holds one pane. Closing it is told, so that what hung there is put away."""

    closed = Signal()

    def __init__(self, pane: Pane) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.pane = pane
        self._told = False
        self.setMinimumSize(320, 240)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(pane)

    def name(self, number: int, patient: str) -> None:
        """Say which window this is, and whose pictures it shows."""
        whose = f"{patient} · " if patient else ""
        self.setWindowTitle(f"{whose}Negatoscope, {ORDINALS[min(number, 2)]} window")

    def put_away(self) -> None:
        """Close without a word: the application ends, or the desk has one window less."""
        self._told = True
        self.close()
        self.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell, once."""
        super().closeEvent(event)
        if not self._told:
            self._told = True
            self.closed.emit()
