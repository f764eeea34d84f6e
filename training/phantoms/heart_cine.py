"""Cine loops of a synthetic heart: planes as an operator lays them, frames as a scanner shows them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

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

Array = NDArray[np.float64]
Frames = NDArray[np.float32]
View = Literal["4CH", "2CH", "3CH", "SAX"]
LONG_AXIS_DEG: dict[View, float] = {
    "4CH": 30.0,
    "2CH": 90.0,
    "3CH": 150.0,
}  # angle of the plane about the long axis
STEP_MM = 10.0  # between short-axis slices

BLOOD, MUSCLE, FAT, LUNG, LIVER, FLUID = 0.93, 0.33, 0.85, 0.05, 0.42, 0.97


@dataclass(frozen=True)
class CineProtocol:
    """How a study is scanned; ranges are drawn from, study by study."""

    pixel_mm: tuple[float, float] = (1.5, 2.0)
    field_mm: tuple[float, float] = (280.0, 320.0)
    phases: tuple[int, int] = (20, 30)
    missing: float = 0.4  # chance of each long-axis view to be missing
    missing_stack: float = 0.05
    noise: float = 0.08
    shift_mm: float = 2.5  # of the heart between breath-holds
    tilt_deg: float = 5.0
    poor: float = 0.15  # chance of a loop to be spoilt


@dataclass(frozen=True, eq=False)
class Loop:
    """One planned loop. `affine_lps` is what the header will say; `shift_mm` what the breath-hold did."""

    view: View
    series: int
    position: int
    affine_lps: Array
    shape: tuple[int, int]
    times_ms: Array
    beat_ms: float
    shift_mm: Array
    poor: bool
    seed: int


def plan_loops(case: HeartCase, protocol: CineProtocol) -> tuple[Loop, ...]:
    """All loops of a study: the long-axis views that were made, then the short axis from base to apex."""
    rng = np.random.default_rng((case.seed, 78))
    pixel, field = rng.uniform(*protocol.pixel_mm), rng.uniform(*protocol.field_mm)
    shape = (round(field / pixel), round(field / pixel))
    views = [view for view in LONG_AXIS_DEG if rng.random() >= protocol.missing]
    stack = rng.random() >= protocol.missing_stack or not views
    found = []
    length = motion(case.ventricles, np.zeros(1)).length[0]
    for series, view in enumerate(views):
        turn = np.radians(LONG_AXIS_DEG[view] + rng.normal(0, protocol.tilt_deg))
        across = np.cos(turn) * case.axes[:, 0] + np.sin(turn) * case.axes[:, 1]
        axes = _tilted(np.stack([across, case.axes[:, 2]], 1), rng, protocol.tilt_deg)
        centre = case.axes[:, 2] * (0.3 * length) + rng.normal(0, 4, 3)
        found.append(
            _loop(view, series, 0, _affine(axes, centre, pixel, shape), rng, (case, protocol, shape))
        )
    if stack:
        axes = _tilted(case.axes[:, :2] * (1, -1), rng, protocol.tilt_deg)
        normal = np.cross(axes[:, 0], axes[:, 1])
        normal *= np.sign(normal @ case.axes[:, 2])
        aside = rng.normal(0, 6, 3)
        for position, depth in enumerate(np.arange(-STEP_MM, length + 5, STEP_MM) + rng.uniform(-3, 3)):
            affine = _affine(axes, normal * depth + aside, pixel, shape)
            found.append(_loop("SAX", len(views), position, affine, rng, (case, protocol, shape)))
    return tuple(found)


def render(case: HeartCase, loop: Loop, protocol: CineProtocol) -> Frames:
    """(phases, rows, columns) frames in the scanner's own scale, never below 0."""
    rng = np.random.default_rng((case.seed, 79, loop.seed))
    phase = loop.times_ms / loop.beat_ms
    if loop.poor:  # beats of different length were mixed
        phase = phase + rng.normal(0, 0.05, len(phase))
    picture = tissue(case, _points(loop), phase, float(np.linalg.norm(loop.affine_lps[:3, 1])))
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


def _loop(
    view: View, series: int, position: int, affine: Array, rng: np.random.Generator,
    study: tuple[HeartCase, CineProtocol, tuple[int, int]],
) -> Loop:  # fmt: skip
    case, protocol, shape = study
    beat = 60_000 / case.heart_rate * rng.uniform(0.95, 1.05)
    phases = int(np.random.default_rng((case.seed, 81, series)).integers(*protocol.phases, endpoint=True))
    times = (np.arange(phases) + 0.5) / phases * beat
    return Loop(
        view, series, position, affine, shape, times + rng.normal(0, 0.08 * beat / phases, phases), beat,
        rng.normal(0, protocol.shift_mm, 3), bool(rng.random() < protocol.poor), int(rng.integers(2**31)),
    )  # fmt: skip


def _affine(axes: Array, centre: Array, pixel: float, shape: tuple[int, int]) -> Array:
    """(4, 4) of a slice whose columns grow along axes[:, 0] and rows along axes[:, 1]."""
    affine = np.eye(4)
    affine[:3, 0] = np.cross(axes[:, 0], axes[:, 1]) * 8.0
    affine[:3, 1], affine[:3, 2] = axes[:, 1] * pixel, axes[:, 0] * pixel
    affine[:3, 3] = centre - affine[:3, 1] * (shape[0] - 1) / 2 - affine[:3, 2] * (shape[1] - 1) / 2
    return affine


def _tilted(axes: Array, rng: np.random.Generator, degrees: float) -> Array:
    """Two axes turned a little about a random direction, and brought to right angles."""
    vector = rng.normal(0, np.radians(degrees), 3)
    first = axes[:, 0] + np.cross(vector, axes[:, 0])
    second = axes[:, 1] + np.cross(vector, axes[:, 1])
    first /= np.linalg.norm(first)
    second -= (second @ first) * first
    return np.stack([first, second / np.linalg.norm(second)], 1)


def _points(loop: Loop) -> Array:
    rows, columns = np.mgrid[: loop.shape[0], : loop.shape[1]]
    a = loop.affine_lps
    return np.asarray(
        a[:3, 3] + loop.shift_mm + rows[..., None] * a[:3, 1] + columns[..., None] * a[:3, 2], np.float64
    )


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
