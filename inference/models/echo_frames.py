"""Which frames of a loop the model sees: one heart beat, evenly, from its start.

The start and length of a beat come from the ECG in the picture where there is one (a trace with a cursor that
runs along it), else from the picture itself: the lag at which the loop looks most like itself again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, signal

from inference.models.echo_clean import COLOURED

SHORTEST_MS, LONGEST_MS = 350.0, 2000.0
_LIKE_ITSELF = 0.12  # rise of the likeness at a beat's length over its lowest before


@dataclass(frozen=True)
class Beat:
    """One beat: frames from `first` on, `frames` of them (not always whole), and how it was found."""

    first: int
    frames: float
    found_by: str  # "ECG in the picture", "likeness of frames", or "" where the loop shows no full beat


def choose(count: int, beat: Beat, wanted: int) -> NDArray[np.int64]:
    """Indices of `wanted` frames spread over one beat; fewer where the loop has fewer, none twice."""
    last = min(beat.first + beat.frames, count)
    steps = beat.first + (last - beat.first) * np.arange(wanted) / wanted
    return np.unique(np.clip(np.floor(steps + 1e-6).astype(np.int64), 0, count - 1))


def find_beat(
    frames: NDArray[Any],
    cleaned: NDArray[np.float32],
    sector: NDArray[np.bool_],
    times_ms: NDArray[np.float64],
) -> Beat:
    """The first whole beat of a loop; the whole loop where none can be told."""
    count = len(cleaned)
    step = float(np.median(np.diff(times_ms))) if count > 1 else 0.0
    ecg = ecg_beats(frames, sector) if frames.ndim == 4 and count > 4 else None
    if ecg is not None:
        return Beat(*ecg, "ECG in the picture")
    length = beat_length(cleaned, step) if step > 0 else None
    if length is not None:
        return Beat(0, length, "likeness of frames")
    return Beat(0, float(count), "")


def beat_length(cleaned: NDArray[np.float32], step_ms: float) -> float | None:
    """Frames per beat by likeness: mean correlation of frames that lie a lag apart peaks at the beat."""
    small = ndimage.zoom(cleaned, (1, *(32 / n for n in cleaned.shape[1:])), order=1)
    flat = small.reshape(len(small), -1)
    flat = flat - flat.mean(axis=0)  # what stands still says nothing
    norm = np.linalg.norm(flat, axis=1, keepdims=True)
    flat = flat / np.where(norm > 0, norm, 1)
    alike = flat @ flat.T
    longest = min(len(flat) - 3, int(LONGEST_MS / step_ms))
    curve = np.array([np.diagonal(alike, lag).mean() for lag in range(longest + 1)])
    shortest = max(2, int(SHORTEST_MS / step_ms))
    peaks, _ = signal.find_peaks(curve)
    fit = [p for p in peaks if p >= shortest and curve[p] - curve[: p + 1].min() > _LIKE_ITSELF]
    if not fit:
        return None
    best = max(curve[p] for p in fit)
    lag = next(p for p in fit if curve[p] > best - 0.1)  # the first of the peaks that are as good
    return float(lag)


def ecg_beats(frames: NDArray[Any], sector: NDArray[np.bool_]) -> tuple[int, float] | None:
    """(frame of the first R wave, frames to the next) from a still coloured trace and its moving cursor."""
    trace = _trace(frames, sector)
    if trace is None:
        return None
    peaks = _r_waves(trace)
    cursor = _cursor(frames, trace)
    if cursor is None or len(peaks) < 2:
        return None
    slope, start = cursor  # column = start + slope * frame
    hits = (np.array(peaks) - start) / slope
    length = float(np.median(np.diff(hits)))
    seen = [hit for hit in hits if hit >= -0.5 and hit + length <= len(frames) + 0.5]
    if not seen or length < 4:
        return None
    return max(0, round(seen[0])), length


@dataclass(frozen=True, eq=False)
class _Trace:
    """A drawn curve: its box (top, left, bottom, right) and the height of its line in each column."""

    box: tuple[int, int, int, int]
    height: NDArray[np.float64]  # pixels above the bottom of the box


def _trace(frames: NDArray[Any], sector: NDArray[np.bool_]) -> _Trace | None:
    """The widest thin thing in colour outside the sector."""
    some = frames[:: max(1, len(frames) // 12)]
    difference = some.max(axis=3).astype(np.int16) - some.min(axis=3)
    line = (difference > COLOURED).mean(axis=0) > 0.8
    line &= ~sector
    labels, count = ndimage.label(line, np.ones((3, 3)))
    boxes = [b for b in ndimage.find_objects(labels) if b is not None] if count else []
    wide = [b for b in boxes if b[1].stop - b[1].start > 0.1 * line.shape[1]]
    wide = [b for b in wide if b[0].stop - b[0].start > 8 and line[b].mean() < 0.35]
    if not wide:
        return None
    rows, columns = max(wide, key=lambda b: b[1].stop - b[1].start)
    drawn = line[rows, columns]
    top = np.where(drawn.any(axis=0), drawn.argmax(axis=0), len(drawn))
    box = (rows.start, columns.start, rows.stop, columns.stop)
    return _Trace(box, (len(drawn) - top).astype(float))


def _r_waves(trace: _Trace) -> list[int]:
    """Columns of the R waves: what stands out by more than half the height."""
    height = trace.height - np.median(trace.height)
    apart = max(4, len(height) // 40)
    peaks, _ = signal.find_peaks(np.pad(height, 1), height=0.5 * float(height.max()), distance=apart)
    return [int(p) - 1 + trace.box[1] for p in peaks]


def _cursor(frames: NDArray[Any], trace: _Trace) -> tuple[float, float] | None:
    """(slope, start) of the column of the bright bar that runs along the trace; None where there is none."""
    top, left, bottom, right = trace.box
    margin = 4
    strip = frames[:, top : bottom + margin, max(0, left - margin) : right + margin]
    grey = strip.min(axis=3).astype(np.float32)  # a white bar is bright in every channel
    bar = (grey - np.median(grey, axis=0)).sum(axis=1)  # (time, columns)
    column = bar.argmax(axis=1) + max(0, left - margin)
    clear = bar.max(axis=1) > 4 * 255 * 0.5
    if clear.sum() < max(4, 0.6 * len(frames)):
        return None
    when = np.flatnonzero(clear)
    slope, start = np.polyfit(when, column[clear], 1)
    residual = np.abs(column[clear] - (start + slope * when))
    return (float(slope), float(start)) if slope > 0.05 and np.median(residual) < 3 else None
