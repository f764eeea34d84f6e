"""The mouse over a slice view, kept apart from the painting: presses become tools, by the profile."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from app.viewer import placing
from app.viewer.layers.cut_lines import CutHit
from app.viewer.layers.measurements import Hit
from app.viewer.layers.scene import Telling
from app.viewer.look import Tool
from app.viewer.probe import Probed, probe
from app.viewer.tools import turn_planes
from app.viewer.tools.adjust import Adjusting
from app.viewer.tools.bench import DRAWN, TOOLS
from app.viewer.tools.grip import CLICK_PX, Grip
from app.viewer.tools.paint import BRUSHES, PAINTING

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView

_NOTCH = 120  # one step of a wheel
_WHEEL_ZOOM = 1.12


class Pointer(QObject):
    """Turns mouse events over one view into uses of tools."""

    def __init__(self, view: SliceView) -> None:
        super().__init__(view)
        self._view = view
        self._grip: Grip | None = None
        self._button = Qt.MouseButton.NoButton
        self._start = QPointF()
        self._wheel = 0
        self._deeds: dict[QEvent.Type, Callable[..., None]] = {
            QEvent.Type.MouseButtonPress: self._press,
            QEvent.Type.MouseMove: self._move,
            QEvent.Type.MouseButtonRelease: self._release,
            QEvent.Type.MouseButtonDblClick: self._double_click,
            QEvent.Type.Wheel: self._turn_wheel,
            QEvent.Type.Leave: self._leave,
        }
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what is about the mouse; leave the rest."""
        kind = event.type()
        if kind is QEvent.Type.KeyPress or kind is QEvent.Type.ShortcutOverride:
            return self._key(cast(QKeyEvent, event))
        deed = self._deeds.get(kind)
        if deed is None:
            return super().eventFilter(watched, event)
        try:
            deed(event)
        except Exception:  # noqa: BLE001 - the boundary: Qt does not survive what leaves a filter
            self._grip = None
            sys.excepthook(*sys.exc_info())
        return True

    def _press(self, event: QMouseEvent) -> None:
        view, spot = self._view, event.position()
        view.setFocus(Qt.FocusReason.MouseFocusReason)
        view.activated.emit()
        if self._grip is not None:
            if event.button() is self._button and self._grip.press(spot):
                self._grip = None
            return
        self._button, self._start = event.button(), spot
        chooses = event.button() is Qt.MouseButton.LeftButton and not self._paints
        hit = self._hit(spot) if chooses else None
        if event.button() is Qt.MouseButton.LeftButton:
            view.measurement_chosen.emit(hit.measurement.uid if hit else "")
        tool = view.profile.tool(event.button(), event.modifiers(), view.tool)
        line = self._line(spot) if chooses else None
        if hit is not None and not hit.measurement.locked:
            self._grip = Adjusting(view, spot, hit)
        elif line is not None:
            alone = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._grip = turn_planes.begin(view, spot, line, alone=alone)
        elif tool is not None:
            self._grip = TOOLS[tool](view, spot)

    def _move(self, event: QMouseEvent) -> None:
        self._move_ring(event.position())
        if self._grip is not None:
            self._grip.move(event.position())
        else:
            self._show_cursor(event.position())
        if self._grip is None or not event.buttons():
            self._probe(event.position())

    def _release(self, event: QMouseEvent) -> None:
        if event.button() is not self._button:
            return
        still = (event.position() - self._start).manhattanLength() <= CLICK_PX
        if self._grip is not None and self._grip.release(event.position()):
            self._grip = None
        if still and event.button() is Qt.MouseButton.RightButton:
            self._view.menu_requested.emit(event.globalPosition().toPoint())

    def _double_click(self, event: QMouseEvent) -> None:
        """Full size and back; while points are picked it is one more click, on a measurement it renames."""
        hit = self._hit(event.position())
        if self._grip is not None or self._view.tool in DRAWN or self._paints:
            self._press(event)
        elif hit is not None:
            self._view.rename_requested.emit(hit.measurement.uid)
        elif event.button() is Qt.MouseButton.LeftButton:
            self._view.maximise_requested.emit()

    def _key(self, event: QKeyEvent) -> bool:
        """Escape lets go of what is in hand, before it stops anything else."""
        if event.key() != Qt.Key.Key_Escape or self._grip is None:
            return False
        event.accept()
        if event.type() is QEvent.Type.KeyPress:
            self._grip.cancel()
            self._grip = None
        return True

    def _turn_wheel(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y() or event.angleDelta().x()  # some systems turn it with a modifier
        deed = self._view.profile.turn(event.modifiers())
        if deed == "zoom":
            self._view.zoom_by(_WHEEL_ZOOM ** (turned / _NOTCH), event.position())
            return
        self._wheel += turned
        steps = int(self._wheel / _NOTCH)
        self._wheel -= steps * _NOTCH
        if steps and self._has_brush and event.modifiers() == Qt.KeyboardModifier.ShiftModifier:
            self._view.brush_resized.emit(steps)
        elif steps:
            self._view.step(-steps * (10 if deed == "scroll ten" else 1))
            self._probe(event.position())

    def _leave(self, _event: QEvent) -> None:
        self._view.ring.spot = None
        self._view.update()
        self._show_probe(Probed())

    @property
    def _paints(self) -> bool:
        """A press paints or grows; what is measured lies still meanwhile."""
        return self._view.easel is not None and self._view.tool in PAINTING

    @property
    def _has_brush(self) -> bool:
        return self._view.easel is not None and self._view.tool in BRUSHES

    def _move_ring(self, spot: QPointF) -> None:
        view = self._view
        if self._has_brush or view.ring.spot is not None:
            view.ring.spot = spot if self._has_brush else None
            view.ring.erases = view.tool is Tool.ERASER
            view.update()

    def _hit(self, spot: QPointF) -> Hit | None:
        return self._view.measuring.hit(self._view.scene(), spot)

    def _line(self, spot: QPointF) -> CutHit | None:
        """The part of a crosshair's line that can be taken here; all of it with the crosshair in hand."""
        view = self._view
        return view.cut_lines.hit(view.scene(), spot, anywhere=view.tool is Tool.CROSSHAIR)

    def _show_cursor(self, spot: QPointF) -> None:
        view = self._view
        if self._paints:
            view.setCursor(Qt.CursorShape.CrossCursor)
            return
        over = (self._hit(spot) if view.measuring.measurements else None) or self._line(spot)
        plain = Qt.CursorShape.CrossCursor if view.tool in DRAWN else Qt.CursorShape.ArrowCursor
        view.setCursor(Qt.CursorShape.PointingHandCursor if over else plain)

    def _probe(self, point: QPointF) -> None:
        view = self._view
        scene = view.scene()
        pixels = view.slice_picture.pixels(view.exhibit, view.look)
        if pixels is None:
            return
        pixel = placing.to_pixel(scene.transform, point)
        own = probe(view.exhibit, view.look, scene.plane, pixels, pixel)
        laid = [layer.told_at(scene, pixel) for layer in view.layers if isinstance(layer, Telling)]
        value = " · ".join(text for text in (own.value, *laid) if text and own.value)
        self._show_probe(Probed(value, own.place))

    def _show_probe(self, probed: Probed) -> None:
        if probed != self._view.furniture.probe:
            self._view.furniture.probe = probed
            self._view.probed.emit(probed)
            self._view.update()
