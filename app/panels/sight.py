"""Brings what was asked for into sight where it stands in a column that scrolls."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QScrollArea, QWidget


def bring_into_sight(widget: QWidget) -> None:
    """Scroll to the top of a widget, once it has been given its place."""
    QTimer.singleShot(0, widget, lambda: _scroll_to(widget))


def _scroll_to(widget: QWidget) -> None:
    above: QWidget | None = widget.parentWidget()
    while above is not None and not isinstance(above, QScrollArea):
        above = above.parentWidget()
    body = above.widget() if isinstance(above, QScrollArea) else None
    if above is None or body is None or not widget.isVisible():
        return
    top = widget.mapTo(body, QPoint()).y()
    bar, height = above.verticalScrollBar(), above.viewport().height()
    if not bar.value() <= top <= top + min(widget.height(), height) <= bar.value() + height:
        bar.setValue(top)
