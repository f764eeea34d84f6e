"""Drag to move the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSizeF

from app.viewer import gestures
from app.viewer.look import Look
from app.viewer.tools.grip import Grip, LookDrag

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take hold of the picture."""
    return LookDrag(view, spot, _panned)


def _panned(view: SliceView, look: Look, _start: QPointF, moved: QPointF) -> Look:
    return gestures.panned(look, moved, view.plane, QSizeF(view.size()))
