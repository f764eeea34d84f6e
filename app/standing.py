"""Where a window stands, as texts, and the way back to there; by the screens that there are."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QRect, Qt
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QWidget

_SHARE = 0.7  # of a screen that other windows stand on as well
_IN_SIGHT_PX = 64  # of a window along each side, so that it can be taken hold of
_FILLING = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


def screens_key() -> str:
    """Names the screens that there are now, each with its size and place."""
    return " ".join(sorted(_key(screen) for screen in QGuiApplication.screens()))


def _key(screen: QScreen) -> str:
    area = screen.geometry()
    return f"{screen.name()}:{area.width()}x{area.height()}{area.x():+d}{area.y():+d}"


def place_of(window: QWidget) -> dict[str, str]:
    """Geometry, screen, and whether it fills it."""
    geometry = base64.b64encode(window.saveGeometry().data()).decode()
    return {
        "geometry": geometry,
        "screen": window.screen().name(),
        "full": "yes" if window.isFullScreen() else "",
    }


def put_back(window: QWidget, place: Mapping[str, str]) -> bool:
    """Be where it was; False where its screen is gone, and then nothing moves."""
    screen = next((s for s in QGuiApplication.screens() if s.name() == place.get("screen")), None)
    if screen is None:
        return False
    window.setWindowState(window.windowState() & ~_FILLING)
    restored = window.restoreGeometry(_bytes(place.get("geometry", "")))
    if not restored or not screen.geometry().intersects(window.frameGeometry()):
        stand_on(window, screen, alone=False)
    if place.get("full"):
        window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)
    return True


def stand_on(window: QWidget, screen: QScreen, *, alone: bool) -> None:
    """Fill a screen of its own, or stand in the middle of one that is shared."""
    window.setWindowState(window.windowState() & ~_FILLING)
    window.setGeometry(place_on(screen.availableGeometry(), alone=alone))
    if alone:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def is_in_sight(window: QWidget) -> bool:
    """Whether enough of a window lies on a screen."""
    frame = window.frameGeometry()
    parts = (screen.availableGeometry().intersected(frame) for screen in QGuiApplication.screens())
    return any(min(part.width(), part.height()) >= _IN_SIGHT_PX for part in parts)


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
