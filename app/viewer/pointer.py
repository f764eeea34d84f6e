"""The mouse over a slice view, kept apart from the painting."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPointF, QSizeF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from app.viewer import placing
from app.viewer.drag import Deed, Drag, deed_of
from app.viewer.probe import probe_text

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

_NOTCH = 120  # one step of a wheel
_WHEEL_ZOOM = 1.12


class Pointer(QObject):
    """Turns mouse events over one view into looks and intents."""

    def __init__(self, view: SliceView) -> None:
        super().__init__(view)
        self._view = view
        self._drag: Drag | None = None
        self._wheel = 0
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
            self._double_click(cast(QMouseEvent, event))
        elif kind is QEvent.Type.Wheel:
            self._turn_wheel(cast(QWheelEvent, event))
        elif kind is QEvent.Type.Leave:
            self._show_probe("")
        else:
            return super().eventFilter(watched, event)
        return True

    def _press(self, event: QMouseEvent) -> None:
        self._view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._view.activated.emit()
        deed = deed_of(event.button(), event.modifiers(), self._view.tool)
        if deed is None or self._drag is not None:
            return
        self._drag = Drag(event.position(), self._view.look, deed, event.button())
        if deed is Deed.CROSSHAIR:
            self._point_at(event.position())

    def _move(self, event: QMouseEvent) -> None:
        drag, view = self._drag, self._view
        if drag is None:
            self._probe(event.position())
        elif drag.deed is Deed.CROSSHAIR:
            self._point_at(event.position())
        elif drag.moved_far(event.position()) or view.look is not drag.look:
            size = QSizeF(view.size())
            view.set_look(drag.look_at(event.position(), view.plane, size, view.slices.count))

    def _release(self, event: QMouseEvent) -> None:
        drag = self._drag
        if drag is None or event.button() is not drag.button:
            return
        self._drag = None
        still = self._view.look is drag.look and not drag.moved_far(event.position())
        if still and drag.button is Qt.MouseButton.RightButton:
            self._view.menu_requested.emit(event.globalPosition().toPoint())

    def _double_click(self, event: QMouseEvent) -> None:
        self._drag = None
        if event.button() is Qt.MouseButton.LeftButton:
            self._view.maximise_requested.emit()

    def _turn_wheel(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            factor = _WHEEL_ZOOM ** (event.angleDelta().y() / _NOTCH)
            self._view.zoom_by(factor, event.position())
            return
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / _NOTCH)
        self._wheel -= steps * _NOTCH
        if steps:
            self._view.step(-steps)
            self._probe(event.position())

    def _point_at(self, point: QPointF) -> None:
        scene = self._view.scene()
        if scene.plane.placed:
            place = scene.plane.to_lps_mm(placing.to_pixel(scene.transform, point))
            self._view.crosshair_moved.emit(place)

    def _probe(self, point: QPointF) -> None:
        view = self._view
        scene = view.scene()
        pixels = view.slice_picture.pixels(view.exhibit, view.look)
        if pixels is not None:
            pixel = placing.to_pixel(scene.transform, point)
            self._show_probe(probe_text(pixels, scene.plane, pixel, view.exhibit.unit))

    def _show_probe(self, text: str) -> None:
        if text != self._view.furniture.probe:
            self._view.furniture.probe = text
            self._view.probed.emit(text)
            self._view.update()
