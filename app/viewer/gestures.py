"""What a drag, a key or the wheel does to a look. Pure functions; the views only feed them."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QPointF, QSizeF

from app.viewer.look import Look
from app.viewer.picture_plane import PicturePlane
from app.viewer.placing import LARGEST_ZOOM, SMALLEST_ZOOM, screen_scale
from inference.imaging.projections import Stance

_WINDOW_PIXELS = 256  # a drag this long changes the width by itself
_ZOOM_PIXELS = 160  # a drag this long zooms by e
_SCROLL_PIXELS = 6  # at least this much dragging per slice
_TALL = 500.0  # a drag this long scrolls through everything


def windowed(look: Look, moved: QPointF, smallest_step: float = 0.0) -> Look:
    """Right is wider, down is brighter, as IHE Basic Image Review asks."""
    step = max(look.window.width / _WINDOW_PIXELS, smallest_step)
    width = max(look.window.width + moved.x() * step, step)
    centre = look.window.centre - moved.y() * step
    return replace(look, window=replace(look.window, centre=centre, width=width, title=""))


def panned(look: Look, moved: QPointF, plane: PicturePlane, size: QSizeF) -> Look:
    """The picture follows the pointer."""
    scale = screen_scale(plane, look, size)
    x, y = look.pan_mm
    return replace(look, pan_mm=(x + moved.x() / scale, y + moved.y() / scale))


def zoomed(look: Look, factor: float, anchor: QPointF, plane: PicturePlane, size: QSizeF) -> Look:
    """What lies under `anchor` stays there."""
    zoom = min(max(look.zoom * factor, SMALLEST_ZOOM), LARGEST_ZOOM)
    before, after = screen_scale(plane, look, size), screen_scale(plane, replace(look, zoom=zoom), size)
    x, y = look.pan_mm
    off_x, off_y = anchor.x() - size.width() / 2, anchor.y() - size.height() / 2
    pan = (x + off_x * (1 / after - 1 / before), y + off_y * (1 / after - 1 / before))
    return replace(look, zoom=zoom, pan_mm=pan)


def drag_zoom_factor(moved: QPointF) -> float:
    """Dragging up comes closer."""
    return math.exp(-moved.y() / _ZOOM_PIXELS)


def scrolled(look: Look, steps: int, count: int) -> Look:
    """`steps` slices on, within the stack."""
    return replace(look, slice_index=min(max(look.slice_index + steps, 0), max(count - 1, 0)))


def drag_steps(moved: QPointF, count: int) -> int:
    """How many slices a drag of this length scrolls."""
    return int(moved.y() / max(_SCROLL_PIXELS, _TALL / max(count, 1)))


def turned(look: Look, quarter_turns: int) -> Look:
    """Turned clockwise as seen on the screen, whatever is flipped."""
    mirrored = look.flip_across != look.flip_down
    x, y = look.pan_mm
    for _ in range(quarter_turns % 4):
        x, y = -y, x
    turns = (look.quarter_turns + (-quarter_turns if mirrored else quarter_turns)) % 4
    return replace(look, quarter_turns=turns, pan_mm=(x, y))


def turned_by(look: Look, degrees: float) -> Look:
    """Turned clockwise by any angle as seen on the screen, about the middle of the picture."""
    mirrored = look.flip_across != look.flip_down
    angle = look.angle_deg + (-degrees if mirrored else degrees)
    return replace(look, angle_deg=(angle + 180.0) % 360.0 - 180.0)


def at_scale(look: Look, pixels_per_mm: float, plane: PicturePlane, size: QSizeF) -> Look:
    """So many screen pixels for a millimetre; what is in the middle of the view stays there."""
    factor = pixels_per_mm / screen_scale(plane, look, size)
    return zoomed(look, factor, QPointF(size.width() / 2, size.height() / 2), plane, size)


def one_to_one(look: Look, plane: PicturePlane, size: QSizeF, ratio: float = 1.0) -> Look:
    """One pixel of the picture on one pixel of the screen, which has `ratio` of them to Qt's one."""
    return at_scale(look, 1.0 / plane.spacing_mm[1] / ratio, plane, size)


def fitted(look: Look) -> Look:
    """The whole picture in the view, turned as it is."""
    return replace(look, zoom=1.0, pan_mm=(0.0, 0.0))


def flipped_across(look: Look) -> Look:
    """Left and right change sides, as seen on the screen."""
    x, y = look.pan_mm
    return replace(look, flip_across=not look.flip_across, pan_mm=(-x, y))


def flipped_down(look: Look) -> Look:
    """Top and bottom change sides, as seen on the screen."""
    x, y = look.pan_mm
    return replace(look, flip_down=not look.flip_down, pan_mm=(x, -y))


def in_stance(look: Look, stance: Stance) -> Look:
    """Turned as readers expect a projection to hang."""
    return replace(look, flip_across=stance.flip_across, flip_down=stance.flip_down, towards=stance.towards)


def unmoved(look: Look) -> Look:
    """Fitted, upright, as it was acquired."""
    upright = replace(look, quarter_turns=0, angle_deg=0.0, flip_across=False, flip_down=False)
    return fitted(upright)
