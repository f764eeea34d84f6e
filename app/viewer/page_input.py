"""Wheel, mouse and keys on the pages of a document, which are its own while it is in hand."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QMouseEvent, QWheelEvent

from app.viewer.page_view import PageView

STEP = 1.25  # of the zoom
LINES = 3  # that a notch of the wheel scrolls
_NOTCH = 120
_TURNS = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
_ENDS = (Qt.Key.Key_Home, Qt.Key.Key_End)
_ZOOMS = {Qt.Key.Key_Plus: STEP, Qt.Key.Key_Equal: STEP, Qt.Key.Key_Minus: 1 / STEP}
_LINES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class PageInput(QObject):
    """Turns, scrolls and zooms the pages; tells what else is wanted."""

    closed = Signal()
    copy_requested = Signal()
    activated = Signal()

    def __init__(self, view: PageView) -> None:
        super().__init__(view)
        self._view = view
        self._turned = 0  # of the wheel, beyond the end of the page
        self._held: QPoint | None = None
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what a document understands; the rest goes on to the commands."""
        if isinstance(event, QWheelEvent):
            self._wheel(event)
            return True
        if isinstance(event, QMouseEvent) and watched is self._view.viewport():
            return self._mouse(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()  # no command takes it
            return True
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _wheel(self, event: QWheelEvent) -> None:
        """Scroll, and at the end of a page go on to the next; with Ctrl, zoom."""
        notches = event.angleDelta().y() / _NOTCH
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._view.zoom_by(STEP**notches)
            return
        bar = self._view.verticalScrollBar()
        before = bar.value()
        bar.setValue(before - round(notches * LINES * bar.singleStep()))
        if bar.value() != before:
            self._turned = 0
            return
        self._turned += event.angleDelta().y()
        if abs(self._turned) >= _NOTCH:
            self._view.turn_to(self._view.page + (1 if self._turned < 0 else -1), at_end=self._turned > 0)
            self._turned = 0

    def _key(self, event: QKeyEvent) -> bool:
        """Pages, ends, zoom, copy, and Esc to put the document away."""
        key, view = Qt.Key(event.key()), self._view
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif key in _TURNS:
            view.turn_to(view.page + _TURNS[key])
        elif key in _ENDS:
            view.turn_to(0 if key == Qt.Key.Key_Home else view.count - 1)
        elif key in _LINES:
            bar = view.verticalScrollBar()
            bar.setValue(bar.value() + _LINES[key] * bar.singleStep())
        elif key in _ZOOMS:
            view.zoom_by(_ZOOMS[key])
        elif key == Qt.Key.Key_0:
            view.fit()
        elif key == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            return False
        return True

    def _mouse(self, event: QMouseEvent) -> bool:
        """Take the page in hand and move it."""
        place = event.position().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress:
            self._held = place
            self._view.setFocus()
            self.activated.emit()
        elif event.type() == QEvent.Type.MouseButtonRelease:
            self._held = None
        elif event.type() == QEvent.Type.MouseMove and self._held is not None:
            by, self._held = place - self._held, place
            for bar, moved in (
                (self._view.horizontalScrollBar(), by.x()),
                (self._view.verticalScrollBar(), by.y()),
            ):
                bar.setValue(bar.value() - moved)
        return True


def _is_own(event: QKeyEvent) -> bool:
    keys = (*_TURNS, *_ENDS, *_LINES, *_ZOOMS, Qt.Key.Key_0, Qt.Key.Key_Escape)
    plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
    return (plain and event.key() in keys) or event.matches(QKeySequence.StandardKey.Copy)
