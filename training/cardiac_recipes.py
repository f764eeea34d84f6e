"""Runs of the cardiac family: everything that decides what training does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from inference.networks.cardiac_config import CardiacConfig, MViTConfig, Pooling, bundled, without_attention
from training.phantoms.heart_planes import CineProtocol
from training.recipe import Schedule


@dataclass(frozen=True)
class GuideWeights:
    """How much heads count that only training has: of tokens, areas in clips, a clip's own answers."""

    tokens: float = 4.0
    areas: float = 2.0
    clips: float = 0.3


@dataclass(frozen=True)
class CardiacRecipe:
    """One run.

    sizes        phantoms per split
    protocol     how they are scanned
    slices       of a short-axis stack that are read
    seeing       what phantoms know of each clip's chambers, before any report or label
    contrast     of clips with reports; `clips` of each study are in a batch
    heads        on embeddings of an encoder that stands still
    tuning       of encoder and heads together with all labels, after the frozen encoder was measured
    polish       the same once more, from there, on more clips of more studies
    tuned_clips  of each study are in a batch while encoder and heads learn together; polished_clips later
    label_shares shares of the labelled studies to learn from besides all of them
    unit_drop    chance of each clip to be left out while the heads learn
    """

    name: str
    config: CardiacConfig
    sizes: Mapping[str, int]
    seeing: Schedule
    contrast: Schedule
    heads: Schedule
    tuning: Schedule
    polish: Schedule
    protocol: CineProtocol = field(
        default_factory=lambda: CineProtocol(pixel_mm=(2.3, 3.0), field_mm=(225.0, 245.0), phases=(12, 16))
    )
    guides: GuideWeights = field(default_factory=GuideWeights)
    clips: int = 2
    tuned_clips: int = 3
    polished_clips: int = 4
    slices: int = 4
    unit_drop: float = 0.2
    label_shares: tuple[float, ...] = (0.01, 0.1)
    ablation: bool = True
    seed: int = 0
    save_every: int = 50
    threads: int = 1


def standard() -> CardiacRecipe:
    """The bundled model: phantoms, an hour and a quarter of one CPU core."""
    return CardiacRecipe(
        name="standard",
        config=bundled(),
        sizes={"train": 4500, "validation": 250, "test": 300},
        seeing=Schedule(steps=1200, batch=20, learning_rate=2e-3, weight_decay=0.02, warmup=50),
        contrast=Schedule(steps=150, batch=16, learning_rate=1e-3, weight_decay=0.02, warmup=30),
        heads=Schedule(steps=600, batch=96, learning_rate=2e-3, weight_decay=0.01, warmup=20),
        tuning=Schedule(steps=8000, batch=10, learning_rate=1.4e-3, weight_decay=0.02, warmup=40),
        polish=Schedule(steps=4200, batch=12, learning_rate=9e-4, weight_decay=0.02, warmup=100),
    )


def uniform_attention() -> CardiacRecipe:
    """The standard run with equal weights for all clips."""
    return _ablated("uniform_attention", "uniform")


def mean_pooling() -> CardiacRecipe:
    """The standard run with the mean of the clips' vectors."""
    return _ablated("mean_pooling", "mean")


def quick_check() -> CardiacRecipe:
    """Under a minute: does every stage run?"""
    encoder = MViTConfig(
        frames=4, size=32, channels=1, width=16, depth=4, patch_kernel=(3, 9, 9), patch_stride=(2, 8, 8),
        key_stride=2, widen=(1, 3),
    )  # fmt: skip
    config = replace(bundled(), encoder=encoder, projection=32, hidden=32, gate=16, pixel_mm=6.0)
    return CardiacRecipe(
        name="quick_check",
        config=config,
        sizes={"train": 24, "validation": 16, "test": 16},
        seeing=Schedule(steps=4, batch=8, learning_rate=2e-3, warmup=2),
        contrast=Schedule(steps=4, batch=8, learning_rate=2e-3, warmup=2),
        heads=Schedule(steps=10, batch=8, learning_rate=3e-3, warmup=2),
        tuning=Schedule(steps=4, batch=6, learning_rate=1e-3, warmup=2),
        polish=Schedule(steps=2, batch=6, learning_rate=1e-3, warmup=1),
        protocol=CineProtocol(pixel_mm=(5.0, 6.0), field_mm=(220.0, 240.0), phases=(8, 10)),
        slices=2,
        label_shares=(0.5,),
        save_every=3,
    )


RECIPES: Mapping[str, Callable[[], CardiacRecipe]] = {
    recipe.__name__: recipe for recipe in (standard, uniform_attention, mean_pooling, quick_check)
}


def _ablated(name: str, pooling: Pooling) -> CardiacRecipe:
    recipe = standard()
    return replace(recipe, name=name, config=without_attention(recipe.config, pooling), ablation=False)
