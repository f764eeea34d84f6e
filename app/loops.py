"""The loops of a cine stack: how many, which to begin with, which one a place belongs to. Free of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.imaging.placement import frame_of, normal_of
from inference.imaging.stack import place
from inference.imaging.study import DisplaySet, Kind
from inference.imaging.volume import LoopFacts

_SAME_SLICE_MM = 1.0


def positions_of(display_set: DisplaySet | None) -> int:
    """How many slice positions a cine stack has; a plain loop has one."""
    if display_set is None or display_set.kind is not Kind.CINE_STACK:
        return 1
    return len(display_set.frame_index) // display_set.phases


def middle_position(display_set: DisplaySet) -> int:
    """The slice of a cine stack that a reader expects first: of a short axis, through the papillae."""
    return positions_of(display_set) // 2


def position_of(display_set: DisplaySet, facts: LoopFacts) -> int:
    """The slice position of a loop that was read."""
    if display_set.kind is not Kind.CINE_STACK or not facts.pictures:
        return 0
    return facts.pictures[0] // display_set.phases


def position_at(display_set: DisplaySet, point_lps_mm: NDArray[np.float64]) -> int | None:
    """The slice position of a cine stack that a point lies in; None for a plain loop, or where none does."""
    if display_set.kind is not Kind.CINE_STACK:
        return None
    best: tuple[float, int] | None = None
    for number in range(positions_of(display_set)):
        frame = frame_of(*place(display_set, number * display_set.phases))
        if frame.position_lps_mm is None:
            return None
        away = abs(float(normal_of(frame) @ (point_lps_mm - np.asarray(frame.position_lps_mm))))
        best = min(best or (away, number), (away, number))
    return best[1] if best is not None and best[0] <= _SAME_SLICE_MM else None
