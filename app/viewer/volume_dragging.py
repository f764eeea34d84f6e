"""What a drag over a volume view moves, apart from the camera: its curve, and the sides of its crop box."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from app.viewer.crop_box import whole_box
from app.viewer.layers.crop_in_space import Side, dragged_mm, side_at
from app.viewer.transfer_curve import curve_of, under_curve
from app.viewer.volume_presets import value_range

if TYPE_CHECKING:
    from app.viewer.volume_view import VolumeView

Drag = Callable[[QPointF], None]  # how far from where it began, in screen pixels
_LONG = 256.0  # a drag this long changes the width by itself
_LEAST = 0.05  # of the width: the curve never becomes a wall
_strokes = count(1)


def stroke_of(what: str) -> str:
    """A name for one movement, so that undo takes it back as a whole."""
    return f"{what} {next(_strokes)}"


def curve_drag(view: VolumeView) -> Drag | None:
    """Right is wider, down is lower: more becomes opaque, as down is brighter over slices."""
    if view.exhibit.volume is None:
        return None
    limits = value_range(view.exhibit.volume)
    first, stroke = view.look, stroke_of("curve")
    curve = curve_of(first.preset, limits)
    width = curve.width or limits[1] - limits[0]

    def drag(moved: QPointF) -> None:
        wider = max(width * (1 + moved.x() / _LONG), width * _LEAST)
        windowed = curve.windowed(curve.level - moved.y() * width / _LONG, wider)
        view.dress(first.under(under_curve(first.preset, windowed)), "Change 3-D curve", stroke)

    return drag


def handle_under(view: VolumeView, spot: QPointF) -> Side | None:
    """The side of the crop box whose handle lies under the pointer."""
    box = view.look.crop
    return side_at(view.projection(), box, spot) if box is not None and view.box_shown else None


def box_drag(view: VolumeView, side: Side) -> Drag | None:
    """One side of the crop box follows the pointer along its axis."""
    first, volume = view.look, view.exhibit.volume
    if first.box is None or volume is None:
        return None
    box, within, stroke = first.box, whole_box(volume), stroke_of("crop")
    begin = (box.high_lps_mm if side.high else box.low_lps_mm)[side.axis]

    def drag(moved: QPointF) -> None:
        to_mm = begin + dragged_mm(view.projection(), side, moved)
        cut = box.moved(side.axis, to_mm, high=side.high, within=within)
        view.dress(first.within(cut), "Move crop box", stroke)

    return drag
