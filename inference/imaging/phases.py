"""Volumes that follow each other in time: the phases of a cine stack, or of a series split by phase."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.errors import SeriesError
from inference.imaging import timing
from inference.imaging.open_loop import times_of
from inference.imaging.pixel_source import pixel_source
from inference.imaging.placement import frame_of
from inference.imaging.read import read_volume
from inference.imaging.stack import place
from inference.imaging.study import DisplaySet, Kind, Series
from inference.imaging.volume import Volume
from inference.progress import Report, share, silent

MOST_BYTES = 4 << 30
_IN_TIME = re.compile(r"\b(phase|acquisition) (\d+(?:\.\d+)?)")
_SAME_MM = 0.01


@dataclass(frozen=True, eq=False)
class VolumeLoop:
    """Volumes of one place at several moments, all on one grid.

    times_ms     (phases,) start of each from the first
    rate_source  which header field gave the times, in words
    """

    volumes: tuple[Volume, ...]
    times_ms: NDArray[np.float64]
    rate_source: str = ""
    warnings: tuple[str, ...] = ()


def moving_with(series: Series, display_set: DisplaySet) -> tuple[DisplaySet, ...]:
    """The display sets that hold a display set's phases, in order of time; empty where it does not move."""
    if display_set.kind is Kind.CINE_STACK:
        return (display_set,)
    if display_set.kind is not Kind.VOLUME or not _IN_TIME.search(display_set.split_by):
        return ()
    same = [d for d in series.display_sets if d.kind is Kind.VOLUME and _is_sibling(d, display_set)]
    return tuple(sorted(same, key=_number)) if len(same) > 1 else ()


def phase_of(sets: Sequence[DisplaySet], display_set: DisplaySet) -> int:
    """Which phase a display set is; the first where it holds all of them."""
    return next((n for n, each in enumerate(sets) if each.uid == display_set.uid), 0)


def read_volume_loop(sets: Sequence[DisplaySet], report: Report = silent) -> VolumeLoop:
    """Every phase as a volume. SeriesError where there is no room for all of them, or no grid."""
    _check_room(sets)
    if len(sets) == 1:
        shown = sets[0]
        parts = [share(report, p / shown.phases, (p + 1) / shown.phases) for p in range(shown.phases)]
        volumes = tuple(read_volume(shown, part, phase=p) for p, part in enumerate(parts))
        times = times_of(shown, range(shown.phases))
    else:
        parts = [share(report, n / len(sets), (n + 1) / len(sets)) for n in range(len(sets))]
        volumes = tuple(read_volume(shown, part) for shown, part in zip(sets, parts, strict=True))
        times = _times_between(sets)
    return VolumeLoop(volumes, times.times_ms, times.source, times.warnings)


def _is_sibling(one: DisplaySet, other: DisplaySet) -> bool:
    """The same grid, and apart by the moment alone."""
    if one.shape != other.shape or _IN_TIME.sub(r"\1", one.split_by) != _IN_TIME.sub(r"\1", other.split_by):
        return False
    places = [frame_of(*place(each, 0)) for each in (one, other)]
    corners = [each.position_lps_mm for each in places]
    if None in corners or one.spacing_mm is None or other.spacing_mm is None:
        return False
    return bool(
        np.allclose(np.array(corners[0], float), np.array(corners[1], float), atol=_SAME_MM)
        and np.allclose(one.spacing_mm, other.spacing_mm, atol=_SAME_MM)
    )


def _number(display_set: DisplaySet) -> float:
    found = _IN_TIME.search(display_set.split_by)
    return float(found.group(2)) if found else 0.0


def _times_between(sets: Sequence[DisplaySet]) -> timing.Timing:
    """By the first slice of each phase."""
    firsts = [place(shown, 0) for shown in sets]
    facts = [frame_of(*first) for first in firsts]
    seconds = [fact.acquired_at_s for fact in facts]
    moments: Mapping[str, Sequence[float | None]] = {
        "Trigger Time": [fact.trigger_time_ms for fact in facts],
        "Acquisition Time": [None if s is None else s * 1000 for s in seconds],
    }
    return timing.timing_from(moments, pixel_source(firsts[0][0].path).header)


def _check_room(sets: Sequence[DisplaySet]) -> None:
    wanted = sum(2 * int(np.prod(shown.shape)) for shown in sets)
    if wanted > MOST_BYTES:
        raise SeriesError(
            f"All phases of {sets[0].title!r} together would take {wanted / 2**30:.1f} GB of memory.",
            hint="Look at one phase, or at one slice through all phases.",
        )
