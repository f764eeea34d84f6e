"""Runs of Echo as values: what is learnt, in which order, how fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from inference.networks.echo_config import EchoConfig, bundled
from training.recipe import Schedule


@dataclass(frozen=True)
class EchoRecipe:
    """One run of Echo.

    patients      cohort I (training and validation) and cohort II (held out, never seen in training)
    folds         of cohort I; `fold` is the one that validates
    pretext       single frames: which view, and roughly which values
    heads         poolings and heads on frames that are encoded once
    unfreeze      layers thaw, the last first; `stages` says how many are open, and for how many
                  steps; the rate rises and falls in each
    frames_seen   frames of a loop that one step looks at: the others are for the next
    backbone      rate of the transformer as a share of that of the heads
    layer_decay   share of that rate which each layer further down keeps
    view_drop     chance that a view is hidden from the network in training
    context_drop  chance that heart rate or body surface is
    check_every   steps between looks at the validation patients; the best epoch is kept
    """

    name: str
    config: EchoConfig
    patients: Mapping[str, int]
    pretext: Schedule
    heads: Schedule
    unfreeze: Schedule
    stages: tuple[tuple[int, int], ...] = ((1, 30), (3, 400), (3, 250), (3, 800))
    frames_seen: int = 2
    backbone: float = 0.6
    layer_decay: float = 0.85
    folds: int = 5
    fold: int = 0
    view_drop: float = 0.12
    context_drop: float = 0.1
    check_every: int = 30
    rival: bool = True
    seed: int = 0
    threads: int = 1
    variant: str = "full"


def standard() -> EchoRecipe:
    """The bundled model: phantoms, some ten minutes of one CPU core."""
    return EchoRecipe(
        name="standard",
        config=bundled(),
        patients={"cohort_1": 900, "cohort_2": 240},
        pretext=Schedule(steps=520, batch=128, learning_rate=1.5e-3, weight_decay=0.01, warmup=40),
        heads=Schedule(steps=400, batch=64, learning_rate=2e-3, weight_decay=0.01, warmup=20),
        unfreeze=Schedule(steps=0, batch=16, learning_rate=9e-4, weight_decay=0.01, warmup=10),
    )


def quick_check() -> EchoRecipe:
    """Under a minute: does every stage run, and does anything learn at all?"""
    small = replace(bundled(), image=32, width=32, depth=2, mlp=64, frames=4, head_widths=(32, 16))
    return replace(
        standard(),
        name="quick_check",
        config=small,
        patients={"cohort_1": 20, "cohort_2": 6},
        pretext=Schedule(steps=8, batch=16, learning_rate=2e-3, warmup=2),
        heads=Schedule(steps=8, batch=8, learning_rate=2e-3, warmup=2),
        unfreeze=Schedule(steps=0, batch=4, learning_rate=4e-4, warmup=1),
        stages=((1, 3), (2, 3)),
        check_every=3,
    )


RECIPES: Mapping[str, Callable[[], EchoRecipe]] = {r.__name__: r for r in (standard, quick_check)}

VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "full": {},
    "no_temporal": {"temporal": "mean"},
    "no_fusion": {"fusion": "mean"},
    "no_attention": {"temporal": "mean", "fusion": "mean"},
    "no_gates": {"gated": False},
    "by_index": {"temporal": "index", "fusion": "index"},
}
"""What is taken away in the ablation: six networks that truly differ, all else being equal."""


def variant_of(recipe: EchoRecipe, variant: str) -> EchoRecipe:
    """The recipe with one part taken away; everything else, seeds included, stays."""
    config = replace(recipe.config, **VARIANTS[variant])
    seen = config.frames if config.temporal == "index" else recipe.frames_seen  # an index means all frames
    return replace(recipe, config=config, frames_seen=seen, variant=variant)


def recipe_to_json(recipe: EchoRecipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return asdict(recipe)
