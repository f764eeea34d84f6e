"""A further window of viewports, for another screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QRect, Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QScreen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.viewer.pane import Pane

_SHARE = 0.7  # of a screen that other windows stand on as well
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

    def stand_on(self, screen: QScreen, *, alone: bool) -> None:
        """Fill a screen of its own, or stand in the middle of one that is shared."""
        self.setGeometry(place_on(screen.availableGeometry(), alone=alone))
        if alone:
            self.setWindowState(self.windowState() | Qt.WindowState.WindowMaximized)

    def kept_state(self) -> dict[str, str]:
        """Geometry, screen, and whether it fills it."""
        geometry = base64.b64encode(self.saveGeometry().data()).decode()
        full = "yes" if self.isFullScreen() else ""
        return {"geometry": geometry, "screen": self.screen().name(), "full": full}

    def restore(self, kept: Mapping[str, str]) -> None:
        """Be where it was; where its screen is gone, in the middle of the first one, where it can be seen."""
        screen = next((s for s in QGuiApplication.screens() if s.name() == kept.get("screen")), None)
        if screen is None:
            self.stand_on(QGuiApplication.primaryScreen(), alone=False)
            return
        restored = self.restoreGeometry(_bytes(kept.get("geometry", "")))
        if not restored or not screen.geometry().intersects(self.frameGeometry()):
            self.stand_on(screen, alone=False)
        if kept.get("full"):
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)

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


def place_on(available: QRect, *, alone: bool) -> QRect:
    """The whole of a screen, or its middle."""
    if alone:
        return available
    width, height = round(available.width() * _SHARE), round(available.height() * _SHARE)
    place = QRect(0, 0, width, height)
    place.moveCenter(available.center())
    return place


def _bytes(text: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text))
    except ValueError:
        return QByteArray()
