"""The mouse over a volume view: turn, pan, come closer, change the tables, move the sides of the crop box."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from app.viewer.gestures import drag_zoom_factor
from app.viewer.layers.crop_in_space import Side
from app.viewer.orientation_cube import side_under
from app.viewer.volume_dragging import box_drag, curve_drag, handle_under
from app.viewer.volume_furniture import cube_place
from app.viewer.volume_picking import picked_lps_mm

if TYPE_CHECKING:
    from app.viewer.volume_view import VolumeView

_CLICK = 4.0
_WHEEL = 1.12
_LEFT, _MIDDLE, _RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton


class Turning(QObject):
    """Left turns, with Ctrl it windows; middle (or Shift and left) pans; right and the wheel zoom."""

    def __init__(self, view: VolumeView) -> None:
        super().__init__(view)
        self._view = view
        self._last: QPointF | None = None
        self._start = QPointF()
        self._button = Qt.MouseButton.NoButton
        self._drag: Callable[[QPointF], None] | None = None  # what the left button moves instead of turning
        self.held: Side | None = None  # of the crop box, under the pointer or in hand
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
        if self._last is not None:
            return
        self._start = self._last = event.position()
        left = event.button() is _LEFT
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        self._button = _MIDDLE if left and shift else event.button()
        self._drag = self._left_drag(event) if left and not shift else None

    def _left_drag(self, event: QMouseEvent) -> Callable[[QPointF], None] | None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return curve_drag(self._view)
        self.held = handle_under(self._view, event.position())
        return box_drag(self._view, self.held) if self.held is not None else None

    def _move(self, event: QMouseEvent) -> None:
        if self._last is None:
            self._hover(event.position())
            return
        moved, self._last = event.position() - self._last, event.position()
        camera, height = self._view.camera, max(1, self._view.height())
        if self._drag is not None:
            self._drag(event.position() - self._start)
        elif self._button is _LEFT:
            self._view.set_camera(camera.turned(moved.x(), moved.y()))
        elif self._button is _MIDDLE:
            self._view.set_camera(camera.panned(moved.x() / height, -moved.y() / height))
        elif (event.position() - self._start).manhattanLength() > _CLICK:
            self._view.set_camera(camera.zoomed(drag_zoom_factor(moved)))

    def _hover(self, spot: QPointF) -> None:
        """Light up the handle that a press would take."""
        under = handle_under(self._view, spot)
        if under != self.held:
            self.held = under
            self._view.update()

    def _release(self, event: QMouseEvent) -> None:
        still = (event.position() - self._start).manhattanLength() <= _CLICK
        clicked = self._last is not None and still and self._drag is None
        if clicked and event.button() is _RIGHT:
            self._view.menu_requested.emit(event.globalPosition().toPoint())
        elif clicked and event.button() is _LEFT:
            self._click(event.position())
        self._last = self._drag = None
        self._hover(event.position())

    def _click(self, spot: QPointF) -> None:
        """On the cube: look from that side. Elsewhere: say which point of the patient is seen there."""
        view, volume = self._view, self._view.exhibit.volume
        side = side_under(cube_place(view), spot, view.camera)
        if side is not None:
            view.set_camera(view.camera.from_side(side))
        elif volume is not None:
            found = picked_lps_mm(
                volume, view.preset, view.projection(), (spot.x(), spot.y()), crop=view.look.part
            )
            if found is not None:
                view.pointed.emit(found)
