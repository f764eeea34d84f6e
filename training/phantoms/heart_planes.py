"""Where the loops of a cine examination lie, and how long they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from training.phantoms.heart import (
    HeartCase,
    motion,
)

Array = NDArray[np.float64]
View = Literal["4CH", "2CH", "3CH", "SAX"]
LONG_AXIS_DEG: dict[View, float] = {
    "4CH": 30.0,
    "2CH": 90.0,
    "3CH": 150.0,
}  # angle of the plane about the long axis
STEP_MM = 10.0  # between short-axis slices


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


def points_of(loop: Loop) -> Array:
    """(rows, columns, 3) where the pixels of a loop lie, in millimetres."""
    rows, columns = np.mgrid[: loop.shape[0], : loop.shape[1]]
    a = loop.affine_lps
    return np.asarray(
        a[:3, 3] + loop.shift_mm + rows[..., None] * a[:3, 1] + columns[..., None] * a[:3, 2], np.float64
    )
