"""How the points of a measurement follow the pointer: on the screen, where every direction has one scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.viewer.measurements.geometry import simplified
from app.viewer.measurements.measurement import Kind

Points = NDArray[np.float64]  # (n, 2) as (x, y) on the screen
PICKS = {
    Kind.LENGTH: 2, Kind.ARROW: 2, Kind.CALIBRATION: 2, Kind.BIDIRECTIONAL: 2, Kind.ANGLE: 3, Kind.COBB: 4,
    Kind.ELLIPSE: 2, Kind.RECTANGLE: 2, Kind.TEXT: 1, Kind.POINT: 1,
}  # fmt: skip
"""How many points the reader picks; a freehand line is drawn instead."""

_SHORT_AXIS = 0.5  # of the long one, to begin with
_TOLERANCE = 0.35  # screen pixels by which a freehand line may be simplified


def shaped(kind: Kind, picked: Points) -> Points:
    """The points of a measurement from what was picked so far."""
    if kind is Kind.FREEHAND:
        return simplified(picked, _TOLERANCE)
    if len(picked) != 2 or kind not in (Kind.ELLIPSE, Kind.RECTANGLE, Kind.BIDIRECTIONAL):
        return picked
    start, end = picked
    middle = (start + end) / 2
    if kind is Kind.BIDIRECTIONAL:
        half = _across(end - start) * _SHORT_AXIS / 2
        return np.array([start, end, middle - half, middle + half])
    if kind is Kind.RECTANGLE:
        return np.array([start, (end[0], start[1]), end, (start[0], end[1])])
    left, right = (start[0], middle[1]), (end[0], middle[1])
    return np.array([left, right, (middle[0], start[1]), (middle[0], end[1])])


def moved(kind: Kind, points: Points, handle: int, to: Points) -> Points:
    """The points once one handle has been dragged somewhere."""
    if kind is Kind.ELLIPSE:
        return _ellipse(points, handle, to)
    if kind is Kind.RECTANGLE:
        return _rectangle(points, handle, to)
    if kind is Kind.BIDIRECTIONAL and len(points) == 4:
        return _long_axis(points, handle, to) if handle < 2 else _short_axis(points, handle, to)
    after = points.copy()
    after[handle] = to
    return after


def _long_axis(points: Points, handle: int, to: Points) -> Points:
    """The short axis goes along: at the same share of the long one, at right angles, as long as it was."""
    share, first, second = _crossing(points)
    after = points.copy()
    after[handle] = to
    along = after[1] - after[0]
    size = np.linalg.norm(along)
    if size == 0:
        return points
    across, cross = _across(along) / size, after[0] + share * along
    after[2], after[3] = cross + first * across, cross + second * across
    return after


def _short_axis(points: Points, handle: int, to: Points) -> Points:
    """Both ends stay at right angles to the long axis, and cross it."""
    after = points.copy()
    along = points[1] - points[0]
    size = np.linalg.norm(along)
    if size == 0:
        return points
    _share, *reach = _crossing(points)
    across = _across(along) / size
    share = float(np.clip((to - points[0]) @ along / size**2, 0.0, 1.0))
    reach[handle - 2] = float((to - points[0]) @ across)
    cross = points[0] + share * along
    after[2], after[3] = cross + reach[0] * across, cross + reach[1] * across
    return after


def _crossing(points: Points) -> tuple[float, float, float]:
    """Where the short axis crosses the long one, as a share of it, and how far its ends reach to its side."""
    along = points[1] - points[0]
    size = float(np.linalg.norm(along)) or 1.0
    across = _across(along) / size
    middle = (points[2] + points[3]) / 2 - points[0]
    share = float(np.clip(middle @ along / size**2, 0.0, 1.0))
    return share, float((points[2] - points[0]) @ across), float((points[3] - points[0]) @ across)


def _ellipse(points: Points, handle: int, to: Points) -> Points:
    """The centre stays, the axis turns and stretches, the other one stays at right angles to it."""
    centre = points.mean(axis=0)
    other = 2 - (handle // 2) * 2  # the first point of the other axis
    half, crossing = to - centre, (points[other + 1] - points[other]) / 2
    across = _across(half)
    size = np.linalg.norm(across)
    if size == 0:
        return points
    sign = np.sign(across @ crossing) or 1.0
    across = across / size * np.linalg.norm(crossing) * sign
    after = points.copy()
    after[handle], after[handle ^ 1] = centre + half, centre - half
    after[other], after[other + 1] = centre - across, centre + across
    return after


def _rectangle(points: Points, handle: int, to: Points) -> Points:
    """The opposite corner stays, the sides keep their directions."""
    anchor = points[(handle + 2) % 4]
    along = points[1] - points[0]
    if not np.any(along):
        along = np.array([1.0, 0.0])
    along = along / np.linalg.norm(along)
    across = _across(along)
    reach = to - anchor
    first, second = (reach @ along) * along, (reach @ across) * across
    after = points.copy()
    after[handle] = to
    before, following = (handle - 1) % 4, (handle + 1) % 4
    is_along = handle % 2 == 0  # whether the side from this corner to the next runs along the first side
    after[following] = anchor + (second if is_along else first)
    after[before] = anchor + (first if is_along else second)
    return after


def _across(vector: Points) -> Points:
    """A quarter turn."""
    return np.array([-vector[1], vector[0]])
