"""Which of the loops of a cine stack a place in the patient belongs to. Free of Qt."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from inference.imaging.placement import frame_of, normal_of
from inference.imaging.stack import place
from inference.imaging.study import DisplaySet, Kind

_SAME_SLICE_MM = 1.0


def position_at(display_set: DisplaySet, point_lps_mm: NDArray[np.float64]) -> int | None:
    """The slice position of a cine stack that a point lies in; None for a plain loop, or where none does."""
    if display_set.kind is not Kind.CINE_STACK:
        return None
    best: tuple[float, int] | None = None
    for number in range(len(display_set.frame_index) // display_set.phases):
        frame = frame_of(*place(display_set, number * display_set.phases))
        if frame.position_lps_mm is None:
            return None
        away = abs(float(normal_of(frame) @ (point_lps_mm - np.asarray(frame.position_lps_mm))))
        best = min(best or (away, number), (away, number))
    return best[1] if best is not None and best[0] <= _SAME_SLICE_MM else None
