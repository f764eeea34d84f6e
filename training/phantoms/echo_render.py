"""Loops of a phantom heart in the standard views: a sector of speckle, shadows, poor windows, breathing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from training.phantoms.echo_heart import Heart, contraction

Picture = NDArray[np.float32]

_BLOOD, _TISSUE, _WALL, _OUTSIDE = 0.05, 0.42, 0.80, 0.30
_HALF_ANGLE = 0.72
_DEPTH_MM = 158.0


@dataclass(frozen=True, eq=False)
class Scan:
    """How one view was acquired.

    start      phase of the first frame
    shift_mm   (down, right)
    quality    1 good, towards 0 poor: noise, gain and shadows
    blinded    (frames,) True where the window is lost for a moment, as in breathing
    """

    pixel_mm: float
    start: float
    shift_mm: tuple[float, float]
    tilt: float
    scale: float
    gain: float
    quality: float
    shadow: tuple[float, float] | None
    blinded: NDArray[np.bool_]
    rng: np.random.Generator

    @classmethod
    def of(cls, rng: np.random.Generator, *, pixel_mm: float, count: int) -> Scan:
        """Draw an acquisition: a third of the windows are poor, and every fifth frame may be lost in them."""
        poor = rng.random() < 0.33
        quality = float(rng.uniform(0.15, 0.45) if poor else rng.uniform(0.75, 1.0))
        shadow = (float(rng.uniform(-0.5, 0.5)), float(rng.uniform(0.12, 0.25))) if poor else None
        shift = rng.normal(0, 2.0, 2)
        lost = _lost(rng, count)
        return cls(
            pixel_mm=pixel_mm,
            start=float(rng.random()),
            shift_mm=(float(shift[0]), float(shift[1])),
            tilt=float(rng.normal(0, 0.05)),
            scale=float(rng.normal(1.0, 0.12 if poor else 0.015)),
            gain=float(rng.uniform(0.8, 1.15)),
            quality=quality,
            shadow=shadow,
            blinded=lost,
            rng=rng,
        )


def _lost(rng: np.random.Generator, count: int) -> NDArray[np.bool_]:
    """A stretch of frames in which the heart slips out of the plane; in half of the loops."""
    lost = np.zeros(count, bool)
    if rng.random() < 0.5:
        length = int(rng.integers(count // 6, count // 3 + 1))
        first = int(rng.integers(0, count - length + 1))
        lost[first : first + length] = True
    return lost


def loop_of(heart: Heart, view: str, phases: NDArray[np.float64], scan: Scan) -> NDArray[np.uint8]:
    """(time, rows, columns) grey levels, without anything that a machine would draw."""
    grid = _Grid.of(scan)
    still = _speckle(scan, grid.shape)
    frames = np.empty((len(phases), *grid.shape), np.uint8)
    for n, phase in enumerate(phases):
        blind = bool(scan.blinded[n])
        echo = _echogenicity(heart, view, float(phase), grid, 0.72 if blind else 1.0)
        frames[n] = _pictured(echo, still, grid, scan, blind)
    return frames


@dataclass(frozen=True, eq=False)
class _Grid:
    """Where each pixel lies: seen from the probe (depth, angle), and in the heart's own frame (x, y), mm."""

    shape: tuple[int, int]
    depth: Picture
    angle: Picture
    inside: NDArray[np.bool_]
    x: Picture
    y: Picture

    @classmethod
    def of(cls, scan: Scan) -> _Grid:
        rows = int(np.ceil((_DEPTH_MM + 4) / scan.pixel_mm))
        half = int(np.ceil(_DEPTH_MM * np.sin(_HALF_ANGLE) / scan.pixel_mm)) + 2
        down, right = np.mgrid[0:rows, -half : half + 1].astype(np.float32) * np.float32(scan.pixel_mm)
        depth, angle = np.hypot(down, right), np.arctan2(right, down)
        inside = (np.abs(angle) < _HALF_ANGLE) & (depth < _DEPTH_MM) & (depth > 5)
        c, s = np.cos(scan.tilt) / scan.scale, np.sin(scan.tilt) / scan.scale
        y0, x0 = down - 80 - scan.shift_mm[0], right - scan.shift_mm[1]
        x, y = (c * x0 - s * y0).astype(np.float32), (s * x0 + c * y0 + 80).astype(np.float32)
        return cls((rows, 2 * half + 1), depth.astype(np.float32), angle.astype(np.float32), inside, x, y)


def _echogenicity(heart: Heart, view: str, phase: float, grid: _Grid, plane: float) -> Picture:
    """How strongly the tissue at each pixel reflects. `plane` < 1: cut off the heart's middle."""
    echo = np.full(grid.shape, _OUTSIDE, np.float32)
    squeeze = contraction(phase)
    _VIEWS[view](echo, heart, squeeze, (grid.x, grid.y), plane)
    return echo


def _left(heart: Heart, squeeze: float) -> tuple[float, float, float]:
    """(across, along, wall) of the left ventricle now: the volume falls by the stroke, the wall thickens."""
    ratio = (1 - heart.ejection * squeeze) ** (1 / 3)
    return heart.lv * ratio**1.2, heart.lv_long * ratio**0.6, heart.lv_wall * (1 + 0.3 * squeeze)


def _right(heart: Heart, squeeze: float) -> tuple[float, float]:
    return heart.rv * (1 - heart.rv_squeeze * squeeze), heart.rv_long * (1 - 0.5 * heart.rv_squeeze * squeeze)


def _four_chambers(
    echo: Picture, heart: Heart, squeeze: float, xy: tuple[Picture, Picture], plane: float
) -> None:
    across, along, wall = (plane * v for v in _left(heart, squeeze))
    base = 95 - 6 * squeeze
    bulge = heart.septum * across * 0.5
    _chamber(echo, xy, (across + 3 - bulge * 0.5, base - along), (across - bulge * 0.5, along), wall)
    width, length = (plane * v for v in _right(heart, squeeze))
    _chamber(echo, xy, (-width - wall - 1, base - length), (width, length), plane * heart.rv_wall)
    fill = 0.82 + 0.18 * squeeze
    la, ra = plane * heart.la * fill, plane * heart.ra * fill
    _chamber(echo, xy, (la + 3, base + 4 + 1.15 * la), (la, 1.15 * la), 2.0)
    _chamber(echo, xy, (-ra - 3, base + 4 + 1.1 * ra), (ra, 1.1 * ra), 2.0)


def _two_chambers(
    echo: Picture, heart: Heart, squeeze: float, xy: tuple[Picture, Picture], plane: float
) -> None:
    across, along, wall = (plane * v for v in _left(heart, squeeze))
    base = 95 - 6 * squeeze
    _chamber(echo, xy, (0.0, base - along), (across, along), wall)
    la = plane * heart.la * (0.82 + 0.18 * squeeze)
    _chamber(echo, xy, (2.0, base + 4 + 1.15 * la), (1.05 * la, 1.15 * la), 2.0)


def _short_axis(
    echo: Picture, heart: Heart, squeeze: float, xy: tuple[Picture, Picture], plane: float
) -> None:
    across, _, wall = (plane * v for v in _left(heart, squeeze))
    width, _ = (plane * v for v in _right(heart, squeeze))
    right_wall = plane * heart.rv_wall
    _chamber(echo, xy, (-across - 0.9 * width, 66.0), (1.35 * width + 6, 1.5 * width + 12), right_wall)
    x, y = xy
    flat = np.where(x < 8, 1 + heart.septum * np.clip((8 - x) / (across + wall), 0, 1.2), 1.0)
    bent = (8 + (x - 8) * flat).astype(np.float32)  # the septal side comes nearer to the middle: a D
    _chamber(echo, (bent, y), (8.0, 72.0), (across, across), wall)


def _long_axis(
    echo: Picture, heart: Heart, squeeze: float, xy: tuple[Picture, Picture], plane: float
) -> None:
    across, along, wall = (plane * v for v in _left(heart, squeeze))
    _chamber(echo, xy, (-14.0, 84.0), (0.75 * along, across), wall)
    la = plane * heart.la * (0.82 + 0.18 * squeeze)
    _chamber(echo, xy, (36.0, 98.0 + 0.4 * la), (1.1 * la, la), 2.0)
    out = plane * heart.outflow * (1 - 0.35 * heart.rv_squeeze * squeeze)
    _chamber(
        echo, xy, (6.0, 80 - across - wall - 0.9 * out), (1.7 * out + 8, 0.9 * out), plane * heart.rv_wall
    )
    _chamber(echo, xy, (40.0, 66.0), (14.0, 10.0), 2.0)


_VIEWS = {"A4C": _four_chambers, "A2C": _two_chambers, "PSAX": _short_axis, "PLAX": _long_axis}


def _chamber(
    echo: Picture,
    xy: tuple[Picture, Picture],
    centre: tuple[float, float],
    semi: tuple[float, float],
    wall: float,
) -> None:
    """An ellipse of blood in a muscle with bright borders, painted over what is there."""
    (x, y), (cx, cy), (a, b) = xy, centre, semi
    dx, dy = np.abs(x - np.float32(cx)), np.abs(y - np.float32(cy))
    near = (dx < a + wall + 3) & (dy < b + wall + 3)
    dx, dy = dx[near], dy[near]
    radius = np.hypot(dx / a, dy / b)
    outer = np.hypot(dx / (a + wall), dy / (b + wall))
    here = echo[near]
    here = np.where((outer < 1) & (here > _BLOOD + 1e-6), _TISSUE, here)
    rim = ((radius > 0.94) & (radius < 1.06)) | ((outer > 0.96) & (outer < 1.02))
    here = np.where(rim & (here > _BLOOD + 1e-6), _WALL, here)
    echo[near] = np.where(radius <= 0.97, _BLOOD, here)


def _speckle(scan: Scan, shape: tuple[int, int]) -> Picture:
    """Noise as coarse as the beam: it lengthens across."""
    noise = scan.rng.gamma(1.6, 1 / 1.6, shape).astype(np.float32)
    smooth: Picture = ndimage.gaussian_filter(noise, (0.55 / scan.pixel_mm, 1.1 / scan.pixel_mm))
    return smooth


def _pictured(echo: Picture, still: Picture, grid: _Grid, scan: Scan, blind: bool) -> NDArray[np.uint8]:
    moving = _speckle(scan, grid.shape)
    signal = echo * (0.35 * still + 0.65 * moving) * np.exp(-grid.depth / np.float32(120)) * scan.gain
    quality = scan.quality * (0.35 if blind else 1.0)
    if scan.shadow is not None:
        middle, width = scan.shadow
        signal = signal * (1 - 0.85 * np.exp(-(((grid.angle - middle) / width) ** 2)))
    haze = (1 - quality) * 0.16 * moving * np.exp(-grid.depth / np.float32(200))
    shown = np.log1p(60 * (signal * (0.25 + 0.75 * quality) + haze)) / np.log1p(60 * 0.9)
    grey: NDArray[np.uint8] = (np.clip(shown, 0, 1) * 255 * grid.inside).astype(np.uint8)
    return grey
