"""Cine loops of a synthetic heart: planes as an operator lays them, frames as a scanner shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.phantoms.heart import (
    HeartCase,
    Motion,
    motion,
    rv_axes,
    rv_centre,
    sector_radius,
    sector_wall,
)
from training.phantoms.heart_planes import Array, CineProtocol, Loop, points_of

Frames = NDArray[np.float32]

BLOOD, MUSCLE, FAT, LUNG, LIVER, FLUID = 0.93, 0.33, 0.85, 0.05, 0.42, 0.97


def render(case: HeartCase, loop: Loop, protocol: CineProtocol) -> Frames:
    """(phases, rows, columns) frames in the scanner's own scale, never below 0."""
    rng = np.random.default_rng((case.seed, 79, loop.seed))
    phase = loop.times_ms / loop.beat_ms
    if loop.poor:  # beats of different length were mixed
        phase = phase + rng.normal(0, 0.05, len(phase))
    picture = tissue(case, points_of(loop), phase, float(np.linalg.norm(loop.affine_lps[:3, 1])))
    picture = picture * _bias(loop.shape, rng)
    if loop.poor:
        picture = 0.75 * picture + 0.25 * np.roll(picture, int(rng.integers(8, 20)), axis=1)
    style = _STYLES[case.site]
    sigma = protocol.noise * style.noise * (2.2 if loop.poor else 1.0)
    noise = rng.standard_normal((2, *picture.shape), np.float32) * sigma
    magnitude = np.sqrt((picture + noise[0]) ** 2 + noise[1] ** 2)
    gain = np.random.default_rng((case.seed, 80)).uniform(0.3, 4.0) * 400
    return np.asarray(magnitude**style.gamma * gain, np.float32)


def tissue(case: HeartCase, points_mm: Array, phase: Array, blur_mm: float) -> Frames:
    """(moments, rows, columns) signal at points (rows, columns, 3) of LPS, the heart's origin at zero."""
    v = case.ventricles
    b = _borders(case, points_mm, phase)
    heart = np.minimum(b.epi, b.rv - 3.5)
    picture = _surroundings(points_mm)[None].astype(np.float32)
    picture = _over(picture, heart - max(v.effusion_mm, 3.0), FLUID if v.effusion_mm else FAT, blur_mm)
    picture = _over(picture, b.rv - 3.5, MUSCLE, blur_mm)
    picture = _over(picture, b.rv, BLOOD, blur_mm)
    picture = _over(picture, b.epi, MUSCLE, blur_mm)
    picture = _over(picture, b.endo, BLOOD, blur_mm)
    lateral, anterior, deep = b.where
    picture = _atria(picture, b.where, b.moving, case, blur_mm)
    polar = np.hypot(lateral, anterior), np.arctan2(anterior, lateral), deep - b.moving.ring
    return _papillary(picture, polar, (b.radius, b.moving), blur_mm)


def chambers(case: HeartCase, points_mm: Array, phase: Array, blur_mm: float) -> Frames:
    """(3, moments, rows, columns) how much of each point is LV cavity, LV muscle, RV cavity.

    Papillary muscles count as cavity, as readers have it.
    """
    b = _borders(case, points_mm, phase)
    endo, epi, rv = (np.clip(0.5 - distance / blur_mm, 0, 1) for distance in (b.endo, b.epi, b.rv))
    return np.stack([endo, epi * (1 - endo), rv * (1 - epi)])


@dataclass(frozen=True, eq=False)
class _Borders:
    """Signed distances in mm (moments, rows, columns), negative inside; `where` lateral, anterior, deep."""

    endo: Frames
    epi: Frames
    rv: Frames
    radius: Array
    moving: Motion
    where: tuple[Frames, Frames, Frames]


def _borders(case: HeartCase, points_mm: Array, phase: Array) -> _Borders:
    v = case.ventricles
    lateral, anterior, deep = np.moveaxis((points_mm @ case.axes).astype(np.float32), -1, 0)
    moving = _shaped(motion(v, phase))
    angle = np.arctan2(anterior, lateral)
    rho = np.hypot(lateral, anterior)
    down = deep - moving.ring  # from the ring towards the apex
    radius, wall = sector_radius(v, moving, angle), sector_wall(v, moving, angle)
    apical = np.clip(down, 0, None)
    endo = (np.sqrt((rho / radius) ** 2 + (apical / moving.length) ** 2) - 1) * radius
    outer = radius + wall
    epi = (np.sqrt((rho / outer) ** 2 + (apical / (moving.length + 0.8 * wall)) ** 2) - 1) * outer
    side, across = rv_axes(v, moving.contraction)
    beside = lateral + rv_centre(v)
    rv = (
        np.sqrt((beside / side) ** 2 + (anterior / across) ** 2 + (apical / (0.9 * moving.length)) ** 2) - 1
    ) * side
    endo, epi, rv = (np.maximum(x, -down) for x in (endo, epi, rv))  # ends at the ring
    return _Borders(endo, epi, rv, radius, moving, (lateral, anterior, deep))


@dataclass(frozen=True)
class _Style:
    noise: float
    gamma: float


_STYLES = {"north": _Style(1.0, 1.0), "south": _Style(0.8, 0.85), "west": _Style(1.3, 1.15)}


def _shaped(moving: Motion) -> Motion:
    """Moments along the first of three axes."""
    wide = {k: x.astype(np.float32)[:, None, None] for k, x in vars(moving).items()}
    return replace(moving, **wide)


def _surroundings(points: Array) -> Array:
    """(rows, columns) chest wall, lung, liver and spine: they do not move."""
    x, y, z = points[..., 0] + 45, points[..., 1] - 25, points[..., 2]
    body = np.hypot(x / 165, y / 115)
    signal = np.where(body < 0.80, LUNG, np.where(body < 0.88, MUSCLE, np.where(body < 1.0, FAT, 0.02)))
    dome = -62 + 18 * np.exp(-((x + 50) ** 2 + y**2) / 60.0**2)
    signal = np.where((body < 0.80) & (z < dome - 8), LIVER, signal)
    spine = np.hypot(x, y - 62) < 24
    return np.where(spine, 0.5, signal)


def _over(picture: Frames, distance: Frames, signal: float, blur_mm: float) -> Frames:
    """Lay `signal` over what lies inside; the edge is as soft as a pixel is wide."""
    inside = np.clip(0.5 - distance / blur_mm, 0, 1)
    out: Frames = picture + inside * (np.float32(signal) - picture)
    return out


def _atria(
    picture: Frames, where: tuple[Frames, Frames, Frames], moving: Motion, case: HeartCase, blur_mm: float
) -> Frames:
    """Both atria above the ring, and the aorta that leaves between septum and anterior wall."""
    lateral, anterior, deep = where
    size = case.ventricles.atria * (1 + 0.12 * moving.contraction)
    above = deep - moving.ring + 1.5  # negative above the valves
    left = (
        np.sqrt(
            (lateral / (22 * size)) ** 2 + (anterior / (20 * size)) ** 2 + ((deep + 20) / (24 * size)) ** 2
        )
        - 1
    ) * 22
    centre = rv_centre(case.ventricles) * 0.8
    right = (
        np.sqrt(
            ((lateral + centre) / (23 * size)) ** 2
            + (anterior / (22 * size)) ** 2
            + ((deep + 20) / (22 * size)) ** 2
        )
        - 1
    ) * 22
    for distance in (left, right):
        picture = _over(picture, np.maximum(distance - 2, above), MUSCLE, blur_mm)
        picture = _over(picture, np.maximum(distance, above), BLOOD, blur_mm)
    start = (-12.0 * math.cos(math.radians(30)), 12.0 * math.sin(math.radians(30)))
    lean = 0.55 * deep  # the outflow leans towards the septum's front as it rises
    aorta = np.hypot(lateral - start[0] - 0.87 * lean, anterior - start[1] + 0.5 * lean) - 13
    ahead = np.maximum(aorta, deep - moving.ring - 4)
    picture = _over(picture, ahead - 2, MUSCLE, blur_mm)
    return _over(picture, ahead, BLOOD, blur_mm)


def _papillary(
    picture: Frames, where: tuple[Frames, Frames, Array], ventricle: tuple[Array, Motion], blur_mm: float
) -> Frames:
    rho, angle, down = where
    radius, moving = ventricle
    share = down / moving.length
    for centre in (math.radians(40), math.radians(250)):
        x = rho * np.cos(angle - centre) - 0.62 * radius * np.sqrt(np.clip(1 - share**2, 0, 1))
        muscle = np.hypot(x, rho * np.sin(angle - centre)) - 4.0
        muscle = np.maximum(muscle, np.maximum(0.25 - share, share - 0.72) * 60)
        picture = _over(picture, muscle, MUSCLE, blur_mm)
    return picture


def _bias(shape: tuple[int, int], rng: np.random.Generator) -> Frames:
    """Coils are more sensitive on their own side."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    a, b, c = rng.uniform(-0.25, 0.25, 3)
    return np.asarray(np.clip(1 + a * x + b * y + c * x * y, 0.4, None), np.float32)
