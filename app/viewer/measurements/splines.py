"""The closed smooth line through points: a centripetal Catmull-Rom curve, which makes no loops of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicHermiteSpline

Points = NDArray[np.float64]
_SAMPLES = 16  # of the curve between two points


def closed_curve(points: Points, samples: int = _SAMPLES) -> Points:
    """(m, d) points of the curve through `points` (n, d), each of them on it; the first is not repeated.

    Points are passed at a pace of the square root of their distance: where two lie close together, the
    curve neither overshoots nor crosses itself between them. The axes must have one scale. Fewer than
    three different points are returned as they are.
    """
    apart = np.linalg.norm(points - np.roll(points, 1, axis=0), axis=1) > 0
    knots = points[apart]
    if len(knots) < 3:
        return points
    around = np.vstack([knots[-1:], knots, knots[:2]])
    paces = np.sqrt(np.linalg.norm(np.diff(around, axis=0), axis=1))
    slopes = np.diff(around, axis=0) / paces[:, None]
    across = (around[2:] - around[:-2]) / (paces[1:] + paces[:-1])[:, None]
    tangents = slopes[:-1] + slopes[1:] - across  # at each knot, and at the first one again
    times = np.r_[0.0, np.cumsum(paces[1:-1])]
    curve = CubicHermiteSpline(times, np.vstack([knots, knots[:1]]), tangents)
    shares = np.arange(samples) / samples
    moments = (times[:-1, None] + np.diff(times)[:, None] * shares).ravel()
    line: Points = curve(moments)
    return line
