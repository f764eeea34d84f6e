"""Loops to clips: one heart beat, one scale of grey, square pixels of a known size. Free of torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, label

from inference.imaging.volume import Cine
from inference.models.cardiac_views import APEX_LPS, LONG_AXIS_DEG

Array = NDArray[np.float64]
Frames = NDArray[np.float32]

LONGEST_BEAT_MS = 1700.0  # slower than 35 beats a minute is more than one beat
SHORTEST_BEAT_MS = 250.0
_BEAT_SMOOTHING_MM = 6.0
_LEAST_CHANGE = 0.025  # of the range of grey values: phantoms at rest 0.012, with LVEF 14 % 0.05, real 0.2
_DARK, _BRIGHT = 1.0, 99.0  # percentiles of a clip that become 0 and 1


@dataclass(frozen=True)
class ClipGrid:
    """What every clip is brought to."""

    frames: int
    size: int
    pixel_mm: float


@dataclass(frozen=True, eq=False)
class Loop:
    """A loop at one slice position, its pictures sorted by time.

    affine_lps  (4, 4) of the slice, column 0 across it
    beat_ms     from the first picture to where the next beat would begin
    """

    frames: Frames
    times_ms: Array
    affine_lps: Array

    @property
    def beat_ms(self) -> float:
        """Span of the pictures and the gap after the last one."""
        return float(self.times_ms[-1] - self.times_ms[0] + np.median(np.diff(self.times_ms)))

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Between rows, between columns."""
        rows, columns = np.linalg.norm(self.affine_lps[:3, 1:3], axis=0)
        return float(rows), float(columns)


@dataclass(frozen=True, eq=False)
class Clip:
    """What the network sees of a loop. `times_ms` counts from the loop's first picture."""

    frames: Frames  # (frames, size, size), about -0.5 .. 0.7
    times_ms: Array
    affine_lps: Array  # (4, 4) index (0, row, column) of the clip -> centre of the pixel in LPS mm


def loop_of(cine: Cine) -> Loop:
    """A loop from what was read, sorted by time. ValueError where the files do not place it."""
    if cine.affine_lps is None:
        raise ValueError("a loop without a place")
    order = np.argsort(cine.times_ms, kind="stable")
    frames = np.asarray(cine.frames, np.float32)[order]
    return Loop(-frames if cine.inverted else frames, cine.times_ms[order], cine.affine_lps)


def moves(loops: Sequence[Loop]) -> bool:
    """Whether anything as large as a ventricle changes over any of the loops by more than noise does."""
    return any(_change(loop) > _LEAST_CHANGE for loop in loops)


def upright(view: str, normal: Array) -> tuple[Array, Array]:
    """(right, down) of a clip in LPS: the apex is up in long-axis views, the anterior wall in the short axis.

    How a scanner stores rows and columns is its own affair: a clip lies as the heart does. Nothing that the
    body tells apart is mirrored; the clip's place is turned with its picture.
    """
    anterior = np.array([0.0, 0.0, 1.0]) - APEX_LPS[2] * APEX_LPS
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(anterior, APEX_LPS)
    turn = np.radians(LONG_AXIS_DEG.get(view, 0.0))
    across = np.cos(turn) * lateral + np.sin(turn) * anterior
    up = APEX_LPS if view in LONG_AXIS_DEG else anterior
    down = -(up - (up @ normal) * normal)
    down /= np.linalg.norm(down)
    right: Array = np.cross(down, normal)
    return (right if right @ across > 0 else -right), down


def heart_centre(loops: Sequence[Loop]) -> Array:
    """(row, column) around which the loops of one display set move most."""
    heat = np.zeros(loops[0].frames.shape[1:])
    for loop in loops:
        low, high = np.percentile(loop.frames, (_DARK, _BRIGHT))
        heat += (loop.frames.std(0) / max(high - low, 1e-6)) ** 2
    spacing = np.array(loops[0].spacing_mm)
    heat = gaussian_filter(heat, _BEAT_SMOOTHING_MM / spacing) * _central(heat.shape)
    marks, _ = label(heat > 0.4 * heat.max())
    inside = marks == marks.flat[int(np.argmax(heat))]
    weight = heat * inside
    if weight.sum() <= 0:
        return (np.array(heat.shape) - 1) / 2
    total = float(weight.sum())
    return np.array([float((weight * axis).sum()) / total for axis in np.indices(heat.shape)])


def clips_of(loops: Sequence[Loop], view: str, grid: ClipGrid) -> list[Clip]:
    """Clips of one display set: all its slices around one centre."""
    centre = heart_centre(loops)
    return [clip_of(loop, view, centre, grid) for loop in loops]


def clip_of(loop: Loop, view: str, centre: Array, grid: ClipGrid) -> Clip:
    """The loop over one beat on the clip's grid around `centre` (row, column), the heart upright."""
    right, down = upright(view, _normal(loop))
    half = (grid.size - 1) / 2
    affine = np.eye(4)
    affine[:3, 0] = loop.affine_lps[:3, 0]
    affine[:3, 1], affine[:3, 2] = down * grid.pixel_mm, right * grid.pixel_mm
    middle = (loop.affine_lps @ np.array([0.0, *centre, 1.0]))[:3]
    affine[:3, 3] = middle - half * (affine[:3, 1] + affine[:3, 2])
    moments = loop.times_ms[0] + np.arange(grid.frames) / grid.frames * loop.beat_ms
    seen = _smoothed(_over_beat(loop, moments), loop, grid)
    steps = np.arange(grid.size)
    points = affine[:3, 3] + steps[:, None, None] * affine[:3, 1] + steps[None, :, None] * affine[:3, 2]
    index = (points - loop.affine_lps[:3, 3]) @ np.linalg.pinv(loop.affine_lps[:3, 1:3]).T
    return Clip(_scaled(_between(seen, index[..., 0], index[..., 1])), moments - loop.times_ms[0], affine)


def chosen_positions(count: int, at_most: int) -> tuple[int, ...]:
    """Which slices of a stack of `count` are read: spread evenly, without the ends of a stack of over 5."""
    inner = range(1, count - 1) if count > 5 else range(count)
    if len(inner) <= at_most:
        return tuple(inner)
    picks = np.linspace(0, len(inner) - 1, at_most)
    return tuple(inner[int(np.floor(p + 0.5))] for p in picks)


def _change(loop: Loop) -> float:
    """Largest deviation over time of what is left after smoothing, as a share of the range of grey values."""
    low, high = np.percentile(loop.frames, (_DARK, _BRIGHT))
    widths = (1.0, *(_BEAT_SMOOTHING_MM / mm for mm in loop.spacing_mm))
    smooth = gaussian_filter(loop.frames, widths, mode=("wrap", "nearest", "nearest"))
    change = smooth.std(0) * _central(loop.frames.shape[1:])
    return float(change.max() / max(high - low, 1e-6))


def _over_beat(loop: Loop, moments: Array) -> Frames:
    """Pictures at `moments`, between neighbours in time; after the last comes the first again."""
    times = np.append(loop.times_ms, loop.times_ms[0] + loop.beat_ms)
    after = np.clip(np.searchsorted(times, moments, side="right"), 1, len(times) - 1)
    before = after - 1
    share = ((moments - times[before]) / np.maximum(times[after] - times[before], 1e-6)).astype(np.float32)
    share = np.clip(share, 0, 1)[:, None, None]
    count = len(loop.frames)
    mixed: Frames = loop.frames[before] * (1 - share) + loop.frames[after % count] * share
    return mixed


def _smoothed(frames: Frames, loop: Loop, grid: ClipGrid) -> Frames:
    """Without the detail that the clip's pixels are too coarse for."""
    ratios = [grid.pixel_mm / spacing for spacing in loop.spacing_mm]
    if max(ratios) <= 1.2:
        return frames
    smooth: Frames = gaussian_filter(frames, (0, *(0.35 * max(ratio, 1.0) for ratio in ratios)), truncate=3)
    return smooth


def _between(frames: Frames, rows: Array, columns: Array) -> Frames:
    """(frames, *rows.shape) linear between pixels; 0 outside the picture."""
    height, width = frames.shape[1:]
    inside = (rows >= -0.5) & (rows <= height - 0.5) & (columns >= -0.5) & (columns <= width - 0.5)
    r, c = np.clip(rows, 0, height - 1.001), np.clip(columns, 0, width - 1.001)
    top, left = r.astype(int), c.astype(int)
    dr, dc = (r - top).astype(np.float32), (c - left).astype(np.float32)
    upper = frames[:, top, left] * (1 - dc) + frames[:, top, left + 1] * dc
    lower = frames[:, top + 1, left] * (1 - dc) + frames[:, top + 1, left + 1] * dc
    return np.asarray((upper * (1 - dr) + lower * dr) * inside, np.float32)


def _normal(loop: Loop) -> Array:
    normal = np.cross(loop.affine_lps[:3, 2], loop.affine_lps[:3, 1])
    return np.asarray(normal / np.linalg.norm(normal))


def _scaled(frames: Frames) -> Frames:
    """Grey values between two percentiles of the clip: free of the scanner's scale and offset."""
    low, high = np.percentile(frames, (_DARK, _BRIGHT))
    scaled = (frames - low) / max(high - low, 1e-6) - 0.5
    return np.asarray(np.clip(scaled, -0.5, 0.7), np.float32)


def _central(shape: tuple[int, ...]) -> Array:
    """(rows, columns) 1 in the middle, falling towards the edges, where vessels and arms move."""
    axes = [np.linspace(-1, 1, n) for n in shape]
    return np.asarray(np.exp(-((np.add.outer(axes[0] ** 2, axes[1] ** 2)) / 0.6)))
