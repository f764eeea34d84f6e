"""Drag to come closer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF

from app.viewer import gestures
from app.viewer.look import Look
from app.viewer.tools.grip import Grip, LookDrag

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take hold of the distance; what lies under the press stays there."""
    return LookDrag(view, spot, _zoomed)


def _zoomed(view: SliceView, look: Look, start: QPointF, moved: QPointF) -> Look:
    factor = gestures.drag_zoom_factor(moved)
    return gestures.zoomed(look, factor, start, view.plane, QSizeF(view.size()))
