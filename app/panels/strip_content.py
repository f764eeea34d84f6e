"""What a strip under a loop says, as frozen values: which frames and views an answer rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.viewer.exhibit import Exhibit
from app.viewer.layers.moments import belongs_to_loop, loop_of, moment_of
from explain.attribution import Attribution, UnitScores


@dataclass(frozen=True)
class FrameValue:
    """What the frames `first` to `last` of a loop, seen together, have to say."""

    first: int
    last: int
    value: float


@dataclass(frozen=True)
class ViewValue:
    """What one view (clip, series) contributed. `unit` is its place in the explanation."""

    unit: int
    title: str
    total: float
    shown: bool  # it is the loop on show


@dataclass(frozen=True)
class StripContent:
    """One strip.

    target, unit   what the contributions are for, and in what
    contributions  signed, by frame; empty where none were computed for this loop
    attention      share by frame, of a method that follows attention
    marks          frame -> "ED" or "ES"
    holds          False where the explanation failed a check
    """

    display_set_uid: str
    frames: int
    target: str = ""
    unit: str = ""
    contributions: tuple[FrameValue, ...] = ()
    attention: tuple[FrameValue, ...] = ()
    views: tuple[ViewValue, ...] = ()
    marks: Mapping[int, str] = field(default_factory=dict)
    holds: bool = True

    @property
    def is_empty(self) -> bool:
        """There is nothing to show under the loop."""
        return not (self.contributions or self.attention or len(self.views) > 1)

    @property
    def extent(self) -> float:
        """The contribution that reaches full height."""
        return max((abs(v.value) for v in self.contributions), default=0.0)


def strip_of(
    exhibit: Exhibit,
    contribution: Attribution | None,
    attention: Attribution | None,
    marks: Mapping[int, str] | None = None,
) -> StripContent:
    """The strip of the loop on show: signed contributions of one method, shares of attention of another."""
    spoken = contribution or attention
    return StripContent(
        display_set_uid=exhibit.display_set_uid,
        frames=exhibit.native.count,
        target=spoken.target.title if spoken else "",
        unit=spoken.unit if spoken else "",
        contributions=by_frame(exhibit, contribution) if contribution else (),
        attention=by_frame(exhibit, attention) if attention else (),
        views=_views(exhibit, spoken) if spoken else (),
        marks=dict(marks or {}),
        holds=spoken.evidence.holds if spoken else True,
    )


def by_frame(exhibit: Exhibit, attribution: Attribution) -> tuple[FrameValue, ...]:
    """Sums over the elements of each moment, at the frames that show it; other frames have nothing."""
    unit = next((u for u in attribution.units if belongs_to_loop(u.place, exhibit)), None)
    if unit is None or loop_of(exhibit) is None:
        return ()
    sums = _sums(unit)
    frames: dict[int, list[int]] = {}
    for frame in range(exhibit.native.count):
        moment = moment_of(unit.place, exhibit, frame)
        if moment is not None and np.isfinite(sums[moment]):
            frames.setdefault(moment, []).append(frame)
    return tuple(FrameValue(f[0], f[-1], float(sums[moment])) for moment, f in frames.items())


def _sums(unit: UnitScores) -> NDArray[np.float64]:
    """(k,) sum of the scores of each moment; NaN where the model saw none of it."""
    seen = np.isin(np.arange(unit.place.shape[0]), unit.place.index[:, 0])
    sums = np.bincount(unit.place.index[:, 0], np.nan_to_num(unit.scores), minlength=unit.place.shape[0])
    return np.where(seen, sums, np.nan)


def _views(exhibit: Exhibit, attribution: Attribution) -> tuple[ViewValue, ...]:
    """Every loop that the explanation covers, the strongest first."""
    views = [
        ViewValue(n, unit.place.title, unit.total, belongs_to_loop(unit.place, exhibit))
        for n, unit in enumerate(attribution.units)
        if unit.place.times_ms is not None
    ]
    return tuple(sorted(views, key=lambda view: -abs(view.total)))


def strongest_moment_ms(unit: UnitScores) -> float:
    """When a loop says most."""
    if unit.place.times_ms is None:
        return 0.0
    return float(unit.place.times_ms[int(np.abs(np.nan_to_num(_sums(unit))).argmax())])
