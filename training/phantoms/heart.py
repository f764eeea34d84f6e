"""Synthetic patients with a beating heart whose volumes, walls and disease are known.

The heart stands in its own frame: `apex` along the long axis, `lateral` away from the septum, `anterior`;
the origin is the centre of the mitral ring at end-diastole. Angles count from lateral over anterior.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Group = Literal["normal", "hcm", "dcm", "lvh", "rv_dilation", "effusion", "ischaemic"]
GROUPS: tuple[Group, ...] = get_args(Group)
MEASURES = ("lvef", "lvedv", "lvesv", "wall", "rvedv")
APEX_LPS = np.array([0.65, -0.42, -0.63])  # where the apex of an average heart points
SECTORS = np.radians(np.arange(0, 360, 6.0))
SITES = ("north", "south", "west")


@dataclass(frozen=True)
class Ventricles:
    """Shape and motion of both ventricles.

    ejection  of the ventricle if every sector moved alike
    still     how much of its motion the sector at `sector_deg` has lost, 0..1
    septum    how much thicker the septum is than the other walls
    rv_size   relative size of the right ventricle
    systole   share of the beat at which the ventricles are smallest
    """

    edv_ml: float
    ejection: float
    wall_mm: float
    septum: float = 0.0
    still: float = 0.0
    sector_deg: float = 0.0
    rv_size: float = 1.0
    rv_ejection: float = 0.55
    systole: float = 0.38
    atria: float = 1.0
    effusion_mm: float = 0.0


@dataclass(frozen=True, eq=False)
class HeartCase:
    """One synthetic patient.

    axes      (3, 3) columns: lateral, anterior and apex in LPS
    conditions  which groups' features there are; several may be
    report    what the reader wrote; in a few cases it is another patient's
    """

    seed: int
    group: Group
    ventricles: Ventricles
    axes: Array
    heart_rate: float
    site: str
    age: int
    sex: str
    measures: Mapping[str, float]
    conditions: Mapping[str, bool]
    report: str
    report_is_wrong: bool


@dataclass(frozen=True, eq=False)
class Motion:
    """The ventricles at some moments; arrays (moments,) in mm."""

    ring: Array  # how far the base has come down
    length: Array
    radius: Array
    wall: Array
    contraction: Array  # 0 at end-diastole, 1 at end-systole


def heart_case(seed: int, group: Group | None = None) -> HeartCase:
    """One patient; everything follows from the seed."""
    from training.phantoms.heart_reports import report_of

    rng = np.random.default_rng((seed, 77))
    chosen: Group = group or GROUPS[int(rng.choice(len(GROUPS), p=_SHARES))]
    ventricles = _ventricles(chosen, rng)
    measures = measures_of(ventricles)
    conditions = _conditions(chosen, ventricles)
    report = report_of(measures, conditions, rng)
    wrong = bool(rng.random() < 0.025)
    if wrong:
        other = _ventricles(GROUPS[int(rng.integers(len(GROUPS)))], rng)
        report = report_of(measures_of(other), _conditions("normal", other), rng)
    return HeartCase(
        seed=seed,
        group=chosen,
        ventricles=ventricles,
        axes=_axes(rng),
        heart_rate=float(rng.uniform(52, 96)),
        site=SITES[int(rng.choice(3, p=(0.5, 0.3, 0.2)))],
        age=int(rng.integers(22, 88)),
        sex="F" if rng.random() < 0.5 else "M",
        measures=measures,
        conditions=conditions,
        report=report,
        report_is_wrong=wrong,
    )


def motion(v: Ventricles, phase: Array) -> Motion:
    """The ventricles at `phase` (moments,), the share of the beat since the R wave."""
    s = _contraction(phase, v.systole)
    long = (v.edv_ml * 1000 * 1.9**2 / (2 / 3 * np.pi)) ** (1 / 3)  # mm; the length is 1.9 radii
    length = long * (1 - 0.16 * v.ejection / 0.6 * s)
    radius = np.sqrt(v.edv_ml * 1000 * (1 - v.ejection * s) / (2 / 3 * np.pi * length))
    return Motion(long - length, length, radius, _wall(v, long, length, radius), s)


def sector_radius(v: Ventricles, moving: Motion, angle: Array) -> Array:
    """Endocardial radius at the ring at `angle`; broadcasts moments against angles. A still sector lags."""
    at_rest = float(motion(v, np.zeros(1)).radius[0])  # a plain number: keeps single precision
    lost = v.still * _bump(angle, v.sector_deg, 55.0)
    return np.asarray(moving.radius + lost * (at_rest - moving.radius))


def sector_wall(v: Ventricles, moving: Motion, angle: Array) -> Array:
    """Wall thickness at `angle`, the septum's surplus included; a still sector does not thicken."""
    lost = v.still * _bump(angle, v.sector_deg, 55.0)
    wall = moving.wall - lost * (moving.wall - v.wall_mm)
    return np.asarray(wall * (1 + v.septum * _bump(angle, 180.0, 60.0)))


def volume_curve(v: Ventricles, phase: Array) -> Array:
    """(moments,) millilitres in the left ventricle."""
    moving = motion(v, phase)
    spread = Motion(*(x[:, None] for x in _fields(moving)))
    area = (sector_radius(v, spread, SECTORS[None]) ** 2).mean(1)
    return np.asarray(2 / 3 * np.pi * area * moving.length / 1000)


def measures_of(v: Ventricles) -> dict[str, float]:
    """What a perfect reader would measure."""
    curve = volume_curve(v, np.linspace(0, 1, 60, endpoint=False))
    most, least = float(curve.max()), float(curve.min())
    thickest = float(sector_wall(v, motion(v, np.zeros(1)), SECTORS).max())
    return {
        "lvef": 100 * (most - least) / most,
        "lvedv": most,
        "lvesv": least,
        "wall": thickest,
        "rvedv": _rv_volume(v),
    }


def rv_axes(v: Ventricles, contraction: Array | float) -> tuple[Array, Array]:
    """Half-axes of the right ventricle towards the septum's side and across it, in mm."""
    shrink = np.sqrt(1 - 0.8 * v.rv_ejection * np.asarray(contraction))
    return 36.0 * v.rv_size**0.5 * shrink, 42.0 * v.rv_size**0.5 * shrink


_SHARES = (0.26, 0.13, 0.15, 0.12, 0.12, 0.09, 0.13)
_RANGES: Mapping[Group, Mapping[str, tuple[float, float]]] = {
    "normal": {"edv_ml": (100, 190), "ejection": (0.50, 0.72), "wall_mm": (6.5, 11)},
    "hcm": {"edv_ml": (80, 145), "ejection": (0.58, 0.78), "wall_mm": (8.5, 13), "septum": (0.4, 1.1)},
    "dcm": {"edv_ml": (190, 340), "ejection": (0.14, 0.46), "wall_mm": (6, 10)},
    "lvh": {"edv_ml": (95, 195), "ejection": (0.48, 0.72), "wall_mm": (11.5, 17)},
    "rv_dilation": {
        "edv_ml": (90, 180), "ejection": (0.46, 0.70), "wall_mm": (6.5, 11), "rv_size": (1.3, 1.9),
        "rv_ejection": (0.25, 0.50),
    },
    "effusion": {"edv_ml": (90, 180), "ejection": (0.48, 0.70), "wall_mm": (6.5, 11), "effusion_mm": (8, 22)},
    "ischaemic": {"edv_ml": (130, 270), "ejection": (0.34, 0.62), "wall_mm": (6.5, 11), "still": (0.55, 1.0)},
}  # fmt: skip


def _ventricles(group: Group, rng: np.random.Generator) -> Ventricles:
    values = {name: float(rng.uniform(*ends)) for name, ends in _RANGES[group].items()}
    values.setdefault("rv_size", float(rng.uniform(0.85, 1.2)))
    values.setdefault("rv_ejection", float(rng.uniform(0.42, 0.65)))
    values["septum"] = values.get("septum", float(rng.uniform(0.0, 0.2)))
    if group == "dcm" and rng.random() < 0.25:
        values["rv_size"] = float(rng.uniform(1.3, 1.7))
    if group != "effusion" and rng.random() < 0.05:
        values["effusion_mm"] = float(rng.uniform(8, 15))
    return Ventricles(
        sector_deg=float(rng.uniform(0, 360)),
        systole=float(rng.uniform(0.30, 0.42)),
        atria=float(rng.uniform(0.8, 1.3)),
        **values,
    )


def _conditions(group: Group, v: Ventricles) -> dict[str, bool]:
    found: dict[str, bool] = {name: name == group for name in GROUPS}
    found["rv_dilation"] = v.rv_size > 1.25
    found["effusion"] = v.effusion_mm > 0
    found["normal"] = group == "normal" and not found["effusion"]
    return found


def _axes(rng: np.random.Generator) -> Array:
    apex = APEX_LPS + rng.normal(0, 0.13, 3)
    apex /= np.linalg.norm(apex)
    anterior = np.array([0, 0, 1.0]) - apex[2] * apex
    anterior /= np.linalg.norm(anterior)
    lateral = np.cross(anterior, apex)
    roll = rng.normal(0, np.radians(7))
    turned = np.cos(roll) * lateral + np.sin(roll) * anterior
    return np.stack([turned, np.cross(apex, turned), apex], 1)


def _contraction(phase: Array, systole: float) -> Array:
    """Up to one as a raised cosine until end-systole, back over 0.42 of the beat, then at rest."""
    p = np.mod(phase, 1.0)
    rising = 0.5 - 0.5 * np.cos(np.pi * p / systole)
    falling = 0.5 + 0.5 * np.cos(np.pi * np.clip((p - systole) / 0.42, 0, 1))
    return np.where(p < systole, rising, falling)


def _wall(v: Ventricles, long: float, length: Array, radius: Array) -> Array:
    """Thickness at which the muscle keeps its volume, by Newton's method."""
    rest = long / 1.9
    muscle = (rest + v.wall_mm) ** 2 * (long + 0.8 * v.wall_mm) - rest**2 * long
    wanted = muscle + radius**2 * length
    w = np.full_like(radius, v.wall_mm)
    for _ in range(8):
        outer, tall = radius + w, length + 0.8 * w
        w = w - (outer**2 * tall - wanted) / (2 * outer * tall + 0.8 * outer**2)
    return w


def _rv_volume(v: Ventricles) -> float:
    """Millilitres at end-diastole: half an ellipsoid less what the left ventricle takes of it."""
    step = 4.0
    moving = motion(v, np.zeros(1))
    outer, long = moving.radius[0] + v.wall_mm, moving.length[0]
    x, y, z = np.meshgrid(
        np.arange(-110, 20, step), np.arange(-70, 70, step), np.arange(2, 120, step), indexing="ij"
    )
    side, across = rv_axes(v, 0.0)
    centre = rv_centre(v)
    inside = ((x + centre) / side) ** 2 + (y / across) ** 2 + (z / (0.9 * long)) ** 2 < 1
    left = (x**2 + y**2) / outer**2 + (z / (long + 0.8 * v.wall_mm)) ** 2 < 1
    return float((inside & ~left).sum() * step**3 / 1000)


def rv_centre(v: Ventricles) -> float:
    """How far from the long axis the right ventricle's own axis lies, in mm."""
    moving = motion(v, np.zeros(1))
    return float(moving.radius[0] + v.wall_mm + 6 * v.rv_size)


def _bump(angle: Array, centre_deg: float, width_deg: float) -> Array:
    away = np.remainder(angle - math.radians(centre_deg) + math.pi, 2 * math.pi) - math.pi
    return np.asarray(np.exp(-((away / math.radians(width_deg)) ** 2)))


def _fields(moving: Motion) -> tuple[Array, ...]:
    return moving.ring, moving.length, moving.radius, moving.wall, moving.contraction
