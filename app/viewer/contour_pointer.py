"""The mouse over contours: a control point is dragged, everything else goes on as without them."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from app.contours import Points
from app.viewer import placing
from app.viewer.layers.contours import ContourLayer

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


class ContourPointer(QObject):
    """Listens before the view's own pointer; takes a press on a control point, and leaves the rest."""

    edited = Signal(object)  # Contour, when the drag has ended

    def __init__(self, view: SliceView, layer: ContourLayer) -> None:
        super().__init__(view)
        self._view, self._layer = view, layer
        self._control: int | None = None
        view.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the events of a drag of a control point."""
        kind = event.type()
        if kind is QEvent.Type.MouseButtonPress:
            return self._press(cast(QMouseEvent, event))
        if self._control is not None and kind is QEvent.Type.MouseMove:
            self._move(cast(QMouseEvent, event).position())
            return True
        if self._control is not None and kind is QEvent.Type.MouseButtonRelease:
            self._release()
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QMouseEvent) -> bool:
        if event.button() is not Qt.MouseButton.LeftButton or self._control is not None:
            return self._control is not None
        scene = self._view.scene()
        self._control = self._layer.control_at(scene, event.position())
        if self._control is None:
            return False
        self._layer.in_hand = self._layer.movable(scene)
        self._view.activated.emit()
        return True

    def _move(self, spot: QPointF) -> None:
        contour = self._layer.in_hand
        if contour is None or self._control is None:
            return
        scene = self._view.scene()
        pixel = placing.to_pixel(scene.transform, spot)
        rows, columns = scene.plane.shape
        place: Points = scene.plane.to_lps_mm(np.clip(pixel, 0, (rows - 1, columns - 1)))
        self._layer.in_hand = contour.moved(self._control, place)
        self._view.update()

    def _release(self) -> None:
        contour, self._layer.in_hand, self._control = self._layer.in_hand, None, None
        if contour is not None:
            self.edited.emit(contour)
        self._view.update()
