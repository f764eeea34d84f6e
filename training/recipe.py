"""A run is a value: everything that decides what training does, kept beside what it made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from inference.networks.attention import Shape
from inference.networks.prima_config import PrimaConfig, bundled
from inference.networks.vqvae import VQVAEConfig


@dataclass(frozen=True)
class Schedule:
    """How long a stage learns, and how fast: warm-up, then a cosine down to nothing."""

    steps: int
    batch: int
    learning_rate: float
    weight_decay: float = 0.0
    warmup: int = 20


@dataclass(frozen=True)
class Recipe:
    """One run of Prima.

    sizes               phantoms per split; a table of real studies brings its own
    pixel_mm            range of pixel sizes of the phantoms
    diseases            how often a phantom to learn from has none, one, two ... diseases; empty: as held out
    tokenizer_studies   how many studies the tokenizer learns from, and how many unmarked patches of each
    teaching            weight of telling lesions by the tokenizer's latents, where phantoms know them
    supervised          weight of the labels beside the contrast with the reports
    deep                weight of the labels told by each series alone
    marks               weight of telling what each token shows, where phantoms know it
    series_drop         chance that a study is thinned to a random part of its series
    token_drop          share of tokens left out of each series
    name_drop           chance that a name becomes "unk"
    discrimination      weight of telling apart the series of different patients
    pooling             "attention", or "mean" for a run without attention
    ablation            train the means beside attention, to be told apart on the same test
    half                bfloat16 where it is safe
    """

    name: str
    config: PrimaConfig
    sizes: Mapping[str, int]
    tokenizer: Schedule
    series: Schedule
    contrast: Schedule
    joint: Schedule
    heads: Schedule
    seed: int = 0
    pixel_mm: tuple[float, float] = (1.0, 1.4)
    diseases: tuple[float, ...] = (0.15, 0.35, 0.35, 0.15)
    tokenizer_studies: int = 800
    patches_per_study: int = 100
    teaching: float = 1.0
    supervised: float = 1.0
    deep: float = 1.0
    marks: float = 5.0
    discrimination: float = 0.03
    series_drop: float = 0.4
    token_drop: float = 0.1
    name_drop: float = 0.07
    ablation: bool = True
    half: bool = True
    save_every: int = 50
    threads: int = 1
    notes: tuple[str, ...] = field(default=())


def standard() -> Recipe:
    """The bundled model: phantoms, under an hour on two CPU cores."""
    config = bundled(diagnoses=1)
    return Recipe(
        name="standard",
        config=config,
        sizes={"train": 1100, "validation": 240, "test": 260},
        tokenizer=Schedule(steps=3600, batch=256, learning_rate=4e-3, weight_decay=0.01, warmup=50),
        series=Schedule(steps=2200, batch=16, learning_rate=1.5e-3, weight_decay=0.02, warmup=50),
        contrast=Schedule(steps=400, batch=32, learning_rate=1e-3, weight_decay=0.05, warmup=30),
        joint=Schedule(steps=120, batch=16, learning_rate=2e-4, weight_decay=0.05, warmup=10),
        heads=Schedule(steps=200, batch=256, learning_rate=2e-4, weight_decay=0.01),
    )


def mean_pooling() -> Recipe:
    """The standard run with means in the place of attention."""
    recipe = standard()
    return replace(recipe, name="mean_pooling", config=replace(recipe.config, pooling="mean"), ablation=False)


def quick_check() -> Recipe:
    """Under a minute: does every stage run, and does anything learn at all?"""
    config = replace(
        bundled(diagnoses=1),
        tokenizer=VQVAEConfig(channels=(8, 8), residual_layers=1, codes=32),
        inner=Shape(289, depth=1, heads=2, head_dim=16, mlp=64),
        inner_registers=2,
        series_width=32,
        outer=Shape(32, depth=1, heads=2, head_dim=16, mlp=32),
        name=Shape(32, depth=1, heads=2, head_dim=16, mlp=32),
        clip_width=16,
        head_widths=(32,),
    )
    return Recipe(
        name="quick_check",
        config=config,
        sizes={"train": 8, "validation": 4, "test": 4},
        tokenizer=Schedule(steps=8, batch=32, learning_rate=3e-3, warmup=2),
        series=Schedule(steps=6, batch=8, learning_rate=2e-3, warmup=2),
        contrast=Schedule(steps=6, batch=4, learning_rate=2e-3, warmup=2),
        joint=Schedule(steps=4, batch=4, learning_rate=1e-3, warmup=2),
        heads=Schedule(steps=5, batch=8, learning_rate=1e-3, warmup=2),
        pixel_mm=(2.2, 2.6),
        save_every=3,
    )


RECIPES: Mapping[str, Callable[[], Recipe]] = {
    recipe.__name__: recipe for recipe in (standard, mean_pooling, quick_check)
}


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return asdict(recipe)
