"""Runs of RadCLIP as values: what is learnt, in which order, how fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from inference.networks.radclip_config import RadCLIPConfig, Tower, bundled
from training.radclip_words import word_list
from training.recipe import Schedule

POSITIONS = 24
TEMPERATURE = 0.07  # fixed, as published


@dataclass(frozen=True)
class RadCLIPRecipe:
    """One run of RadCLIP.

    patients    who give pictures, and who give volumes: other people; split by patient, 8 : 1 : 1
    words       the text tower alone: wordings of one caption lie together, of others apart
    base        both towers on pictures with captions: with `words` it stands in for a general CLIP
    vision      the published stage: the vision tower tuned, the words frozen
    slices      the adapter on slice embeddings that are computed once
    view_only   chance that a caption names what was examined and no finding
    """

    name: str
    config: RadCLIPConfig
    patients: int
    volumes: int
    words: Schedule
    base: Schedule
    vision: Schedule
    slices: Schedule
    view_only: float = 0.12
    seed: int = 0
    threads: int = 1


def standard() -> RadCLIPRecipe:
    """The bundled model: a quarter of an hour on one CPU core."""
    return RadCLIPRecipe(
        name="standard",
        config=bundled(word_list(POSITIONS).size),
        patients=5000,
        volumes=1000,
        words=Schedule(steps=300, batch=64, learning_rate=1e-3, weight_decay=0.02, warmup=20),
        base=Schedule(steps=300, batch=64, learning_rate=1e-3, weight_decay=0.02, warmup=40),
        vision=Schedule(steps=420, batch=64, learning_rate=1e-3, weight_decay=0.02, warmup=40),
        slices=Schedule(steps=900, batch=64, learning_rate=1e-3, weight_decay=0.05, warmup=40),
    )


def quick_check() -> RadCLIPRecipe:
    """Seconds: does every stage run, and does anything learn at all?"""
    config = replace(
        bundled(word_list(POSITIONS).size),
        image=32,
        vision=Tower(32, 1, 2, 64),
        text=Tower(32, 1, 2, 64),
        projection=32,
        adapter_heads=2,
        slices=8,
    )
    return RadCLIPRecipe(
        name="quick_check",
        config=config,
        patients=250,
        volumes=120,
        words=Schedule(steps=8, batch=16, learning_rate=2e-3, warmup=2),
        base=Schedule(steps=8, batch=16, learning_rate=2e-3, warmup=2),
        vision=Schedule(steps=6, batch=16, learning_rate=2e-3, warmup=2),
        slices=Schedule(steps=6, batch=16, learning_rate=2e-3, warmup=2),
    )


RECIPES: Mapping[str, Callable[[], RadCLIPRecipe]] = {r.__name__: r for r in (standard, quick_check)}


def recipe_to_json(recipe: RadCLIPRecipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return asdict(recipe)
