"""When each picture of a loop was taken, and which header field says so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from inference.imaging.layout import number, numbers, quietly

ASSUMED_FPS = 15.0
FRAME_TIME = 0x00181063
FRAME_TIME_VECTOR = 0x00181065


@dataclass(frozen=True, eq=False)
class Timing:
    """times_ms (frames,) start of each picture from the first; `source` says where they come from."""

    times_ms: NDArray[np.float64]
    source: str
    warnings: tuple[str, ...] = ()


def timing_of(header: Dataset, frames: int) -> Timing:
    """The timing of a multi-frame file: what the frame increment points at, else the rates it recommends."""
    with quietly():
        points_at = _increment(header)
        vector, step = numbers(header, "FrameTimeVector"), number(header, "FrameTime")
        rates = {title: number(header, keyword) for keyword, title in _RATES.items()}
    if points_at != FRAME_TIME and len(vector) >= max(1, frames - 1) and sum(vector) > 0 and min(vector) >= 0:
        return Timing(_cumulated(vector, frames), "Frame Time Vector")
    if points_at == FRAME_TIME and step and step > 0:
        return steady(frames, step, "Frame Time")
    for title, rate in rates.items():
        if rate and rate > 0:
            return steady(frames, 1000 / rate, title)
    if step and step > 0:
        return steady(frames, step, "Frame Time")
    return _assumed(frames)


_RATES = {
    "RecommendedDisplayFrameRate": "Recommended Display Frame Rate",
    "CineRate": "Cine Rate",
}


def timing_from(moments: Mapping[str, Sequence[float | None]], header: Dataset) -> Timing:
    """The timing of pictures that have their own moments: the first kind that grows from each to the next.

    moments   title -> milliseconds of each picture or None, in order of preference
    header    of the first file, for a rate where there are no such moments
    """
    frames = len(next(iter(moments.values())))
    for title, given in moments.items():
        times = np.asarray([np.nan if t is None else t for t in given], float)
        if frames > 1 and np.isfinite(times).all() and (np.diff(times) > 0).all():
            return Timing(np.asarray(times - times[0], np.float64), title)
    return timing_of(header, frames)


def steady(frames: int, step_ms: float, source: str) -> Timing:
    """Pictures at one rate."""
    return Timing(np.arange(frames, dtype=np.float64) * step_ms, source)


def _assumed(frames: int) -> Timing:
    if frames < 2:
        return Timing(np.zeros(frames), "")
    note = f"The file does not say how fast its pictures follow each other; {ASSUMED_FPS:g} fps are assumed."
    return Timing(np.arange(frames, dtype=np.float64) * 1000 / ASSUMED_FPS, "assumed", (note,))


def _cumulated(vector: Sequence[float], frames: int) -> NDArray[np.float64]:
    """Starts from increments; the first increment belongs to no picture before it and is usually 0."""
    steps = np.asarray(vector if len(vector) < frames else vector[1:frames], float)
    starts: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(steps)))
    return starts


def _increment(header: Dataset) -> int:
    """The tag that Frame Increment Pointer names; 0 where it names none."""
    try:
        value = header.get("FrameIncrementPointer")
        return 0 if not value else int(value[0] if isinstance(value, (list, tuple)) else value)
    except Exception:  # noqa: BLE001 - untrusted bytes
        return 0
