"""Runs of the left-ventricle segmenter as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from inference.networks.lv_unet import LVUNetConfig
from training.recipe import Schedule


@dataclass(frozen=True)
class Variation:
    """How far training pictures differ from the drawn ones.

    turn_deg     spread of the rotation; `upend` of all are turned by a random right angle besides
    scale        spread of the logarithm of the size: the pictures carry no pixel size of their own
    shift_mm     spread of the crop's centre around the cavity; `stray` of all lie anywhere within `far_mm`
    gamma, gain  spreads of the logarithms of contrast curve and brightness
    bias         how much brightness may rise across the crop
    noise        largest standard deviation of added noise
    """

    turn_deg: float = 20.0
    upend: float = 0.25
    scale: float = 0.14
    shift_mm: float = 12.0
    stray: float = 0.12
    far_mm: float = 75.0
    gamma: float = 0.25
    gain: float = 0.15
    bias: float = 0.35
    noise: float = 0.08


@dataclass(frozen=True)
class VentricleRecipe:
    """One run; `patients` keeps the first few of each split, None all."""

    name: str
    config: LVUNetConfig
    schedule: Schedule
    variation: Variation = field(default_factory=Variation)
    seed: int = 0
    patients: int | None = None
    save_every: int = 50
    threads: int = 1


def standard() -> VentricleRecipe:
    """The bundled model: under ten minutes on one CPU core."""
    return VentricleRecipe(
        name="standard",
        config=LVUNetConfig(channels=(16, 32, 64, 96), size=112, pixel_mm=1.5),
        schedule=Schedule(steps=1000, batch=12, learning_rate=3e-3, weight_decay=0.01, warmup=40),
    )


def quick_check() -> VentricleRecipe:
    """Seconds: does every stage run, and does anything learn at all?"""
    return VentricleRecipe(
        name="quick_check",
        config=LVUNetConfig(channels=(8, 16), size=48, pixel_mm=3.5),
        schedule=Schedule(steps=12, batch=4, learning_rate=3e-3, warmup=2),
        patients=2,
        save_every=5,
    )


RECIPES: Mapping[str, Callable[[], VentricleRecipe]] = {
    recipe.__name__: recipe for recipe in (standard, quick_check)
}


def recipe_to_json(recipe: VentricleRecipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return asdict(recipe)
