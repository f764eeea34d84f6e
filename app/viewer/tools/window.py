"""Drag for brightness and contrast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer import gestures
from app.viewer.look import Look
from app.viewer.tools.grip import Grip, LookDrag

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take hold of the window."""
    return LookDrag(view, spot, _windowed)


def _windowed(view: SliceView, look: Look, _start: QPointF, moved: QPointF) -> Look:
    direction = 1 if view.profile.down_is_brighter else -1
    return gestures.windowed(look, QPointF(moved.x(), direction * moved.y()))
