"""An explanation made ready to be drawn: its scale, its thresholds, and which part of it belongs where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from app.overlays import OverlayMode
from app.viewer.exhibit import Exhibit
from app.viewer.layers.moments import belongs_to_loop, is_whole, loop_of, moment_of
from app.viewer.picture_plane import PicturePlane
from explain.attribution import Attribution, Top, UnitScores

_MASS = (0.5, 0.75, 0.9)  # share of all that speaks for (or against) inside each contour


@dataclass(frozen=True)
class OverlayLook:
    """How an explanation is drawn.

    opacity     0..1, the same for every element on show: strength is said by colour
    percentile  0..100: elements whose strength lies below are transparent
    boxes       lettered boxes round the `top` strongest elements
    """

    mode: OverlayMode = OverlayMode.CONTOUR
    opacity: float = 0.5
    percentile: float = 95.0
    boxes: bool = True
    top: int = 3


@dataclass(frozen=True, eq=False)
class Overlay:
    """An explanation under a look. One scale holds for all of its series."""

    attribution: Attribution
    look: OverlayLook = OverlayLook()

    @cached_property
    def scores(self) -> NDArray[np.float32]:
        """Every finite score of every series."""
        parts = [unit.scores.ravel() for unit in self.attribution.units]
        scores = np.concatenate(parts) if parts else np.zeros(0, np.float32)
        return scores[np.isfinite(scores)]

    @cached_property
    def limit(self) -> float:
        """The strength that has the full colour."""
        return float(np.abs(self.scores).max(initial=0.0))

    @cached_property
    def threshold(self) -> float:
        """The strength from which elements are shown."""
        if self.scores.size == 0:
            return 0.0
        return float(np.percentile(np.abs(self.scores), self.look.percentile))

    @cached_property
    def shown(self) -> int:
        """How many elements are shown."""
        return int((np.abs(self.scores) >= max(self.threshold, 1e-12)).sum())

    @cached_property
    def tops(self) -> tuple[Top, ...]:
        """The strongest elements, with their letters."""
        return self.attribution.top(self.look.top)

    @property
    def is_on(self) -> bool:
        """Whether anything is drawn at all."""
        return self.look.mode is not OverlayMode.OFF

    @property
    def greyed(self) -> bool:
        """The evidence does not hold: nothing is said in colour."""
        return not self.attribution.evidence.holds

    def unit_for(self, exhibit: Exhibit, picture: int = 0) -> UnitScores | None:
        """The map to draw over an exhibit: its own, else the strongest one in the same space.

        Of several that belong to one loop, the one that has something for this `picture`.
        """
        moving = [u for u in self.attribution.units if belongs_to_loop(u.place, exhibit)]
        if moving:
            return next((u for u in moving if moment_of(u.place, exhibit, picture) is not None), moving[0])
        still = [u for u in self.attribution.units if u.place.times_ms is None]
        for unit in still:
            if exhibit.display_set_uid and unit.place.display_set_uid == exhibit.display_set_uid:
                return unit
        near = [u for u in still if self.is_placed_in(exhibit, u)]
        return max(near, key=lambda unit: abs(unit.total), default=None)

    @staticmethod
    def is_placed_in(exhibit: Exhibit, unit: UnitScores) -> bool:
        """Whether the positions of a map are positions in an exhibit."""
        if unit.place.times_ms is not None:
            return belongs_to_loop(unit.place, exhibit)
        return exhibit.is_placed_in(unit.place.frame_of_reference_uid, unit.place.series_uid)

    @staticmethod
    def lies_on(plane: PicturePlane, exhibit: Exhibit, unit: UnitScores) -> bool:
        """Whether a map can be laid over a picture: in the patient, on its loop, or on its one picture.

        A radiograph has no place in the patient; its map lies in the picture's own millimetres.
        """
        own = bool(exhibit.display_set_uid) and unit.place.display_set_uid == exhibit.display_set_uid
        return plane.placed or unit.place.times_ms is not None or (own and exhibit.native.count == 1)

    def levels(self, sign: int) -> tuple[float, ...]:
        """Strengths of the contours round 50, 75 and 90 % of what speaks for (or against)."""
        strengths = np.sort(self.scores[self.scores * sign > 0] * sign)[::-1]
        if strengths.size == 0:
            return ()
        sums = np.cumsum(strengths) / strengths.sum()
        found = (float(strengths[min(int(np.searchsorted(sums, m)), strengths.size - 1)]) for m in _MASS)
        return tuple(dict.fromkeys(max(level, self.threshold) for level in found if level > 0))

    def legend_on(self, exhibit: Exhibit, picture: int) -> tuple[str, ...]:
        """What stands beside a picture of a loop: that there is no map for it, where there is none."""
        unit = self.unit_for(exhibit, picture)
        if unit is None:
            return ()
        if unit.place.times_ms is None or loop_of(exhibit) is None:
            return self.legend() if self.lies_on(exhibit.native.plane(picture), exhibit, unit) else ()
        if moment_of(unit.place, exhibit, picture) is not None:
            return self.legend()
        return (self.legend()[0], "not computed for this frame")

    def legend(self) -> tuple[str, ...]:
        """What stands beside the picture."""
        what = f"{self.attribution.method} · {self.attribution.target.title}"
        count = f"{self.shown} of {self.scores.size} blocks"
        if any(is_whole(unit.place) for unit in self.attribution.units):
            count = "whole frames: see the bars below"
        if self.look.mode is OverlayMode.SMOOTH:
            count += " · interpolated"
        return (what, "evidence does not hold" if self.greyed else count)
