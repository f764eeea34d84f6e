"""What may be wrong with a synthetic trunk: twelve findings with their side, place and size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from training.phantoms.chest_anatomy import Body

Point = tuple[float, float, float]

FINDINGS = (
    "nodule", "consolidation", "effusion", "emphysema", "cardiomegaly", "aneurysm",
    "liver_lesion", "steatosis", "splenomegaly", "renal_cyst", "renal_stone", "ascites",
)  # fmt: skip
BITS: Mapping[str, int] = {name: bit for bit, name in enumerate(FINDINGS)}
CHEST = ("nodule", "consolidation", "effusion", "emphysema", "cardiomegaly")
SMALL = ("nodule", "liver_lesion", "renal_cyst", "renal_stone")
"""What is labelled as a focal lesion."""
PREVALENCE = 0.27


@dataclass(frozen=True)
class Lesion:
    """One finding. `centre` in the phantom's own millimetres; `places` are further ones of the same kind.

    side   "right", "left", or "" where there is none
    place  "upper" or "lower", "thoracic" or "abdominal"; empty where it goes without saying
    """

    name: str
    centre: Point = (0.0, 0.0, 0.0)
    size_mm: float = 0.0
    side: str = ""
    place: str = ""
    kind: str = ""
    places: tuple[tuple[Point, float], ...] = ()


Draw = Callable[[np.random.Generator, "Body"], Lesion]


def draw_lesions(rng: np.random.Generator, body: Body, limits_mm: tuple[float, float]) -> tuple[Lesion, ...]:
    """Findings by chance, each independent of the others, where the scan shows them."""
    found = []
    for name in FINDINGS:
        wanted = rng.random() < PREVALENCE
        lesion = _DRAW[name](rng, body)  # drawn in any case: what one patient has changes nothing in another
        if wanted and _covered(lesion, limits_mm):
            found.append(lesion)
    return tuple(found)


def _covered(lesion: Lesion, limits_mm: tuple[float, float]) -> bool:
    low, high = limits_mm
    if lesion.name in CHEST:
        return high > 100 and lesion.centre[2] > low + 20
    if lesion.name == "aneurysm":
        return low + 25 < lesion.centre[2] < high - 25
    return low < -100


def _side(rng: np.random.Generator) -> tuple[str, int]:
    return ("right", -1) if rng.random() < 0.5 else ("left", 1)


def _in_lung(rng: np.random.Generator, body: Body) -> tuple[Point, str, str]:
    side, sign = _side(rng)
    upper = rng.random() < 0.5
    across, deep = body.half_width / 165, body.half_depth / 110
    x = sign * (78 + rng.uniform(-14, 20)) * across
    z = rng.uniform(100, 160) if upper else rng.uniform(22, 80)
    y = rng.uniform(-40, 50) * deep if upper else rng.uniform(0, 62) * deep
    return (x, y, z), side, "upper" if upper else "lower"


def _nodule(rng: np.random.Generator, body: Body) -> Lesion:
    centre, side, place = _in_lung(rng, body)
    kind = "ground-glass" if rng.random() < 0.25 else "solid"
    return Lesion("nodule", centre, float(rng.uniform(12, 34)), side, place, kind)


def _consolidation(rng: np.random.Generator, body: Body) -> Lesion:
    centre, side, place = _in_lung(rng, body)
    return Lesion("consolidation", centre, float(rng.uniform(55, 95)), side, place)


def _effusion(rng: np.random.Generator, body: Body) -> Lesion:
    side, sign = _side(rng)
    kind = str(rng.choice(("small", "moderate", "large")))
    deep = {"small": 38.0, "moderate": 16.0, "large": -8.0}[kind] * body.half_depth / 110
    return Lesion("effusion", (sign * 76.0, deep, 30.0), 0.0, side, "", kind)


def _emphysema(rng: np.random.Generator, body: Body) -> Lesion:  # noqa: ARG001 - every draw has one shape
    bullae = tuple(
        ((s * rng.uniform(60, 95), rng.uniform(-40, 40), rng.uniform(90, 170)), rng.uniform(18, 40))
        for s in (-1, 1, -1, 1)
    )
    return Lesion("emphysema", (0.0, 0.0, 100.0), places=bullae)


def _cardiomegaly(rng: np.random.Generator, body: Body) -> Lesion:  # noqa: ARG001 - as above
    return Lesion("cardiomegaly", (22.0, -22.0, 46.0))


def _aneurysm(rng: np.random.Generator, body: Body) -> Lesion:  # noqa: ARG001 - as above
    thoracic = rng.random() < 0.5
    z = rng.uniform(55, 95) if thoracic else rng.uniform(-150, -110)
    size = float(rng.uniform(44, 64))
    return Lesion("aneurysm", (16.0, 40.0, z), size, "", "thoracic" if thoracic else "abdominal")


def _liver_lesion(rng: np.random.Generator, body: Body) -> Lesion:
    across, deep = body.half_width / 165, body.half_depth / 110
    count = int(rng.integers(1, 4))
    places = tuple(
        (
            (
                -72 * across + rng.uniform(-40, 45) * across,
                rng.uniform(-45, 45) * deep,
                -45 + rng.uniform(-45, 35),
            ),
            float(rng.uniform(18, 50)),
        )
        for _ in range(count)
    )
    largest = max(size for _, size in places)
    return Lesion("liver_lesion", places[0][0], largest, places=places)


def _steatosis(rng: np.random.Generator, body: Body) -> Lesion:  # noqa: ARG001 - as above
    return Lesion("steatosis", (-72.0, 0.0, -45.0))


def _splenomegaly(rng: np.random.Generator, body: Body) -> Lesion:
    length = 2 * 46 * 1.45 * body.sizes["spleen"] * float(rng.uniform(0.97, 1.03))
    return Lesion("splenomegaly", (102.0, 42.0, -38.0), length)


def _renal(rng: np.random.Generator, body: Body, name: str, sizes: tuple[float, float]) -> Lesion:
    side, sign = _side(rng)
    across, deep = body.half_width / 165, body.half_depth / 110
    dx, dy, dz = body.shifts["kidneys"]
    upper = rng.random() < 0.5
    cyst = name == "renal_cyst"
    z = (-108 + 6 * sign) * body.height + dz + (34 if upper else -34) * (1 if cyst else 0.3)
    x = sign * 64 * across + dx + (sign * 16 if cyst else -sign * 10)
    size = float(rng.uniform(*sizes))
    place = ("upper" if upper else "lower") if cyst else ""
    return Lesion(name, (x, 46 * deep + dy, z), size, side, place)


def _ascites(rng: np.random.Generator, body: Body) -> Lesion:  # noqa: ARG001 - as above
    kind = "large" if rng.random() < 0.5 else "small"
    return Lesion("ascites", (0.0, 0.0, -80.0), kind=kind)


_DRAW: Mapping[str, Draw] = {
    "nodule": _nodule,
    "consolidation": _consolidation,
    "effusion": _effusion,
    "emphysema": _emphysema,
    "cardiomegaly": _cardiomegaly,
    "aneurysm": _aneurysm,
    "liver_lesion": _liver_lesion,
    "steatosis": _steatosis,
    "splenomegaly": _splenomegaly,
    "renal_cyst": lambda rng, body: _renal(rng, body, "renal_cyst", (20, 56)),
    "renal_stone": lambda rng, body: _renal(rng, body, "renal_stone", (9, 17)),
    "ascites": _ascites,
}
