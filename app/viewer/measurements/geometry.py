"""Lengths, angles, areas and outlines of points in space. Pure functions; the unit is that of the points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from app.viewer.measurements.measurement import Kind, Measurement, Space
from app.viewer.measurements.splines import closed_curve

Points = NDArray[np.float64]
_ROUND = np.linspace(0.0, 2 * np.pi, 97)[:-1]  # angles at which an ellipse is drawn


def length(start: Points, end: Points) -> float:
    """Distance between two points."""
    return float(np.linalg.norm(np.asarray(end) - start))


def angle_deg(points: Points) -> float:
    """Angle at the second of three points, 0..180; 0 where an arm has no length."""
    return _between_deg(points[0] - points[1], points[2] - points[1])


def cobb_deg(points: Points) -> float:
    """Acute angle between two lines (start, end, start, end), 0..90."""
    between = _between_deg(points[1] - points[0], points[3] - points[2])
    return min(between, 180.0 - between)


def _between_deg(a: Points, b: Points) -> float:
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    if size == 0.0:
        return 0.0
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))


def area(kind: Kind, points: Points) -> float:
    """Area inside an ellipse, a rectangle, a closed line or a smooth curve."""
    if kind is Kind.ELLIPSE:
        half_a, half_b = (points[1] - points[0]) / 2, (points[3] - points[2]) / 2
        return float(np.pi * np.linalg.norm(np.cross(half_a, half_b)))
    line = outline(kind, points)
    offsets = line - line.mean(axis=0)
    return float(np.linalg.norm(np.cross(offsets, np.roll(offsets, -1, axis=0)).sum(axis=0)) / 2)


def outline(kind: Kind, points: Points) -> Points:
    """(m, 3) points of the closed line round a region; the first is not repeated.

    A smooth curve depends on lengths: its points must be in a space in which all axes have one scale.
    """
    if kind is Kind.SPLINE:
        return closed_curve(points)
    if kind is not Kind.ELLIPSE:
        return points
    centre = points.mean(axis=0)
    half_a, half_b = (points[1] - points[0]) / 2, (points[3] - points[2]) / 2
    line: Points = centre + np.cos(_ROUND)[:, None] * half_a + np.sin(_ROUND)[:, None] * half_b
    return line


def drawn_line(measurement: Measurement) -> Points:
    """(m, 3) what formats that know no curve are told, in the space of the points: of a spline its line."""
    if measurement.kind is not Kind.SPLINE:
        return measurement.array
    line, spacing_mm = closed_curve(measurement.metric), measurement.scale.spacing_mm
    if measurement.space is Space.PATIENT or spacing_mm is None:
        return line
    scaled: Points = line / (spacing_mm[1], spacing_mm[0], 1.0)
    return scaled


def inside(kind: Kind, points: Points, spots: Points) -> NDArray[np.bool_]:
    """(n,) whether each of `spots` (n, 2) lies in the region of `points` (m, 2), its edge included."""
    if kind in (Kind.FREEHAND, Kind.SPLINE):
        flat = np.column_stack([points, np.zeros(len(points))])
        return _in_polygon(outline(kind, flat)[:, :2], spots)
    if kind is Kind.ELLIPSE:
        half_a, half_b = (points[1] - points[0]) / 2, (points[3] - points[2]) / 2
    else:
        half_a, half_b = (points[1] - points[0]) / 2, (points[3] - points[0]) / 2
    axes = np.column_stack([half_a, half_b])
    if abs(np.linalg.det(axes)) < 1e-12:
        return np.zeros(len(spots), bool)
    shares = (spots - points.mean(axis=0)) @ np.linalg.inv(axes).T
    reach = np.hypot(*shares.T) if kind is Kind.ELLIPSE else np.abs(shares).max(axis=1)
    within: NDArray[np.bool_] = reach <= 1 + 1e-9
    return within


def _in_polygon(corners: Points, spots: Points) -> NDArray[np.bool_]:
    """Even-odd rule, edge by edge."""
    odd = np.zeros(len(spots), bool)
    y, x = spots.T
    for (y0, x0), (y1, x1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        odd ^= crosses & (x < x0 + (y - y0) * ((x1 - x0) / (y1 - y0)))
    return odd


def simplified(line: Points, tolerance: float) -> Points:
    """An open line with fewer points, none of the left out ones further than `tolerance` from it."""
    if len(line) < 3:
        return line
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    stretches = [(0, len(line) - 1)]
    while stretches:
        first, last = stretches.pop()
        if last - first < 2:
            continue
        away = _off_chord(line[first : last + 1])
        farthest = int(away.argmax())
        if away[farthest] > tolerance:
            keep[first + farthest] = True
            stretches += [(first, first + farthest), (first + farthest, last)]
    return line[keep]


def _off_chord(line: Points) -> Points:
    """Distance of each point of a line from the straight stretch between its ends."""
    chord, offsets = line[-1] - line[0], line - line[0]
    size = float(chord @ chord)
    share = np.clip(offsets @ chord / size, 0, 1) if size else np.zeros(len(line))
    off: Points = np.linalg.norm(offsets - share[:, None] * chord, axis=1)
    return off
