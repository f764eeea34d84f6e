"""Whether slice positions form a regular grid, and in words what keeps them from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAME_PLACE_MM = 0.005
GAP = 1.01  # times the median distance
ROUNDING_MM = 0.101  # positions written with one decimal lie off by this much and still mean a regular grid
ROUNDED = 0.2  # of the slice distance: rounding explains no more than this
STRAIGHT = 0.01  # of the slice distance: how far a position may lie off the grid in any case
TILT_DEG = 0.5
MOST_GAPS_NAMED = 5


@dataclass(frozen=True)
class Verdict:
    """What a stack of slices is."""

    regular: bool
    warnings: tuple[str, ...] = ()


def places_along(positions_lps_mm: NDArray[Any], normal_lps: NDArray[Any]) -> NDArray[np.int64]:
    """(n,) number of the slice position of each picture, counted along the normal."""
    distances = positions_lps_mm @ normal_lps
    order = np.argsort(distances, kind="stable")
    steps = np.diff(distances[order], prepend=distances[order[:1]]) > SAME_PLACE_MM
    places = np.empty(len(order), np.int64)
    places[order] = np.cumsum(steps)
    return places


def judge(positions_lps_mm: NDArray[Any], normal_lps: NDArray[Any]) -> Verdict:
    """Judge slices in order along the normal, one per position."""
    if len(positions_lps_mm) < 2:
        return Verdict(True)
    steps_mm = np.diff(positions_lps_mm @ normal_lps)
    median_mm = float(np.median(steps_mm))
    along = np.linspace(0.0, 1.0, len(positions_lps_mm))[:, None]
    grid = positions_lps_mm[0] + along * (positions_lps_mm[-1] - positions_lps_mm[0])
    off = positions_lps_mm - grid
    tolerance_mm = max(STRAIGHT * median_mm, min(ROUNDING_MM, ROUNDED * median_mm))
    if float(np.abs(off @ normal_lps).max()) > tolerance_mm:
        return Verdict(False, _distances(positions_lps_mm @ normal_lps, steps_mm, median_mm))
    if float(np.linalg.norm(off, axis=1).max()) > tolerance_mm:
        return Verdict(False, ("The slices are shifted against each other; they do not form a volume.",))
    return Verdict(True, _tilt(positions_lps_mm[-1] - positions_lps_mm[0], normal_lps))


def _distances(places_mm: NDArray[Any], steps_mm: NDArray[Any], median_mm: float) -> tuple[str, ...]:
    rounding_mm = min(ROUNDING_MM, ROUNDED * median_mm)
    wide = np.flatnonzero(steps_mm > GAP * median_mm + rounding_mm)
    missing = np.rint(steps_mm[wide] / median_mm).astype(int) - 1
    whole = np.abs(steps_mm[wide] / median_mm - missing - 1) < 0.1
    if len(wide) and np.all(whole) and np.all(steps_mm > median_mm / GAP - rounding_mm):
        named = zip(wide[:MOST_GAPS_NAMED], missing, strict=False)
        words = [
            f"between {places_mm[k]:.1f} and {places_mm[k + 1]:.1f} mm ({_slices(count)} missing)"
            for k, count in named
        ]
        more = f" and {len(wide) - MOST_GAPS_NAMED} more" if len(wide) > MOST_GAPS_NAMED else ""
        return (f"Gap in the slices {', '.join(words)}{more}; they are shown one by one, not as a volume.",)
    low, high = float(steps_mm.min()), float(steps_mm.max())
    return (
        f"The distance between slices varies from {low:.2f} to {high:.2f} mm, most often {median_mm:.2f} mm; "
        "they are shown one by one, not as a volume.",
    )


def _slices(count: int) -> str:
    return "1 slice" if count == 1 else f"{count} slices"


def _tilt(travel_mm: NDArray[Any], normal_lps: NDArray[Any]) -> tuple[str, ...]:
    cosine = abs(float(travel_mm @ normal_lps)) / float(np.linalg.norm(travel_mm))
    tilt_deg = float(np.degrees(np.arccos(min(1.0, cosine))))
    if tilt_deg < TILT_DEG:
        return ()
    return (f"The slices are tilted by {tilt_deg:.1f} degrees: they form a sheared grid.",)
