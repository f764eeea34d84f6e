"""Drag round the middle of the picture to turn it by any angle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from app.viewer import gestures, placing
from app.viewer.look import Look
from app.viewer.tools.grip import Grip, LookDrag

if TYPE_CHECKING:
    from app.viewer.slice_view import SliceView


def begin(view: SliceView, spot: QPointF) -> Grip:
    """Take hold of the picture at a point."""
    return LookDrag(view, spot, _turned)


def _turned(view: SliceView, look: Look, start: QPointF, moved: QPointF) -> Look:
    centre = (np.array(view.plane.shape) - 1) / 2
    middle = placing.to_screen(view.scene().transform, centre)
    degrees = bearing_deg(start + moved - middle) - bearing_deg(start - middle)
    return gestures.turned_by(look, degrees)


def bearing_deg(arm: QPointF) -> float:
    """Direction of an arm on the screen, clockwise from the right."""
    return math.degrees(math.atan2(arm.y(), arm.x()))
