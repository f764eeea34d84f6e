"""Drag to go through the slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer import gestures
from app.viewer.look import Look
from app.viewer.tools.grip import Grip, LookDrag

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take hold of the stack."""
    return LookDrag(view, spot, _scrolled)


def _scrolled(view: SliceView, look: Look, _start: QPointF, moved: QPointF) -> Look:
    count = view.slices.count
    return gestures.scrolled(look, gestures.drag_steps(moved, count), count)
