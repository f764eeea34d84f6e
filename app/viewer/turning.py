"""The mouse over a volume view: turn, pan, come closer."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from app.viewer.gestures import drag_zoom_factor
from app.viewer.volume_picking import picked_lps_mm

if TYPE_CHECKING:
    from app.viewer.volume_view import VolumeView

_CLICK = 4.0
_WHEEL = 1.12


class Turning(QObject):
    """Left turns, middle (or Shift and left) pans, right and the wheel zoom."""

    def __init__(self, view: VolumeView) -> None:
        super().__init__(view)
        self._view = view
        self._last: QPointF | None = None
        self._start = QPointF()
        self._button = Qt.MouseButton.NoButton
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is about the mouse; leave the rest."""
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress:
            self._press(cast(QMouseEvent, event))
        elif kind is QEvent.Type.MouseMove:
            self._move(cast(QMouseEvent, event))
        elif kind is QEvent.Type.MouseButtonRelease:
            self._release(cast(QMouseEvent, event))
        elif kind is QEvent.Type.MouseButtonDblClick:
            self._last = None
            self._view.maximise_requested.emit()
        elif kind is QEvent.Type.Wheel:
            steps = cast(QWheelEvent, event).angleDelta().y() / 120
            self._view.set_camera(self._view.camera.zoomed(_WHEEL**steps))
        else:
            return super().eventFilter(watched, event)
        return True

    def _press(self, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.activated.emit()
        if self._last is None:
            self._start = self._last = event.position()
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            left = event.button() is Qt.MouseButton.LeftButton
            self._button = Qt.MouseButton.MiddleButton if left and shift else event.button()

    def _move(self, event: QMouseEvent) -> None:
        if self._last is None:
            return
        moved, self._last = event.position() - self._last, event.position()
        camera, height = self._view.camera, max(1, self._view.height())
        if self._button is Qt.MouseButton.LeftButton:
            self._view.set_camera(camera.turned(moved.x(), moved.y()))
        elif self._button is Qt.MouseButton.MiddleButton:
            self._view.set_camera(camera.panned(moved.x() / height, -moved.y() / height))
        elif (event.position() - self._start).manhattanLength() > _CLICK:
            self._view.set_camera(camera.zoomed(drag_zoom_factor(moved)))

    def _release(self, event: QMouseEvent) -> None:
        still = (event.position() - self._start).manhattanLength() <= _CLICK
        if self._last is not None and still and event.button() is Qt.MouseButton.RightButton:
            self._view.menu_requested.emit(event.globalPosition().toPoint())
        elif self._last is not None and still and event.button() is Qt.MouseButton.LeftButton:
            self._point(event.position())
        self._last = None

    def _point(self, spot: QPointF) -> None:
        """Say which point of the patient was clicked on, if anything is seen there."""
        view, volume = self._view, self._view.exhibit.volume
        if volume is not None:
            found = picked_lps_mm(volume, view.preset, view.projection(), spot.x(), spot.y())
            if found is not None:
                view.pointed.emit(found)
