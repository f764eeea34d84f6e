"""Runs of T3D as values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from training.recipe import Schedule


@dataclass(frozen=True)
class Weights:
    """What a stage learns, and how much each part counts; 0 leaves a part out.

    contrast  sub-volumes that have read the report of one patient belong together (TCL)
    restore   hidden parts are restored with the help of the report (TIR)
    ground    places look at the words that speak of what lies there
    masks     organs and lesions
    findings  what shows in a sub-volume
    """

    contrast: float = 1.0
    restore: float = 1.0
    ground: float = 0.3
    masks: float = 0.0
    findings: float = 0.0


@dataclass(frozen=True)
class Hiding:
    """How parts of a sub-volume are hidden before they are restored.

    boxes  at most; `edge` their share of the sub-volume's edges; `aimed` of all lie over a finding
    """

    boxes: int = 3
    edge: tuple[float, float] = (0.3, 0.7)
    aimed: float = 0.6


@dataclass(frozen=True)
class Draw:
    """What one step sees: `patients` with two sub-volumes each, some of them outlined, some restored.

    silent   share of reports that are left out; `kept` of the sentences of the others are read
    sought   share of sub-volumes that lie around a finding, where a patient has one
    resized  the whole volume squeezed into one sub-volume instead of crops at working resolution
    """

    patients: int = 3
    outlined: int = 2
    restored: int = 1
    silent: float = 0.35
    kept: float = 0.7
    resized: bool = False
    sought: float = 0.0


@dataclass(frozen=True)
class T3DRecipe:
    """One run: pre-training with reports, organs and findings, these alone once more, then each head.

    sharpened      of the patients to learn from, those whose small things are sharpened
    settled        of the fresh patients, those on which it is settled from which logit on these are drawn
    restore_every  steps between two in which something hidden is restored; above 1 they leave out the
                   finest masks, which cost as much
    half           bfloat16 where it is safe: faster only on processors that compute in it
    """

    name: str
    sizes: Mapping[str, int]
    pretraining: Schedule
    organs: Schedule
    refining: Schedule
    restoring: Schedule
    marking: Schedule
    alignment: Schedule
    focal: Schedule  # its batch are boxes
    sharpening: Schedule  # as well
    answers: Schedule
    pretraining_weights: Weights = field(default_factory=Weights)
    organs_weights: Weights = field(
        default_factory=lambda: Weights(contrast=0.2, restore=1.0, ground=0.3, masks=1.0, findings=1.0)
    )
    refining_weights: Weights = field(
        default_factory=lambda: Weights(contrast=0.0, restore=0.0, ground=0.2, masks=1.5, findings=1.0)
    )
    hiding: Hiding = field(default_factory=Hiding)
    sought: float = 0.6  # while marks are learnt
    draw: Draw = field(default_factory=Draw)
    sharpened: int = 400
    settled: int = 40
    restore_every: int = 1
    seed: int = 0
    half: bool = False
    save_every: int = 30
    threads: int = 1


def standard() -> T3DRecipe:
    """The bundled model: about an hour and a half on one CPU core."""
    return T3DRecipe(
        name="standard",
        sizes={"train": 800, "fresh": 320, "validation": 80, "test": 100},
        pretraining=Schedule(steps=120, batch=3, learning_rate=2e-3, weight_decay=0.02, warmup=10),
        organs=Schedule(steps=1000, batch=3, learning_rate=2.5e-3, weight_decay=0.02, warmup=20),
        refining=Schedule(steps=450, batch=3, learning_rate=2e-3, weight_decay=0.02, warmup=20),
        restoring=Schedule(steps=2300, batch=4, learning_rate=2e-3, weight_decay=0.02, warmup=20),
        marking=Schedule(steps=1200, batch=3, learning_rate=3e-3, weight_decay=0.02, warmup=20),
        alignment=Schedule(steps=900, batch=64, learning_rate=1.5e-3, weight_decay=0.05, warmup=20),
        focal=Schedule(steps=1500, batch=8, learning_rate=4e-3, weight_decay=0.02, warmup=20),
        sharpening=Schedule(steps=700, batch=8, learning_rate=2e-3, weight_decay=0.02, warmup=20),
        answers=Schedule(steps=600, batch=64, learning_rate=1.5e-3, weight_decay=0.05, warmup=20),
        draw=Draw(patients=3, outlined=1),
        restore_every=2,
        hiding=Hiding(edge=(0.5, 1.0), aimed=0.8),
    )


def contrast_only() -> T3DRecipe:
    """Ablation: no restoration."""
    r = _ablation("contrast_only")
    return replace(
        r,
        pretraining_weights=replace(r.pretraining_weights, restore=0.0),
        organs_weights=replace(r.organs_weights, restore=0.0),
        draw=replace(r.draw, restored=0),
    )


def restoration_only() -> T3DRecipe:
    """Ablation: no contrast."""
    r = _ablation("restoration_only")
    return replace(
        r,
        pretraining_weights=replace(r.pretraining_weights, contrast=0.0),
        organs_weights=replace(r.organs_weights, contrast=0.0),
    )


def both() -> T3DRecipe:
    """What the ablations are compared with: as long, as large, and with everything."""
    return _ablation("both")


def resized() -> T3DRecipe:
    """Ablation: whole volumes squeezed into one sub-volume instead of crops."""
    r = _ablation("resized")
    return replace(r, draw=replace(r.draw, resized=True))


def quick_check() -> T3DRecipe:
    """Seconds: does every stage run, and does anything learn at all?"""
    return T3DRecipe(
        name="quick_check",
        sizes={"train": 4, "fresh": 2, "validation": 3, "test": 3},
        pretraining=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        organs=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        refining=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        restoring=Schedule(steps=2, batch=1, learning_rate=2e-3, warmup=1),
        marking=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        alignment=Schedule(steps=4, batch=4, learning_rate=2e-3, warmup=1),
        focal=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        sharpening=Schedule(steps=2, batch=4, learning_rate=2e-3, warmup=1),
        answers=Schedule(steps=2, batch=2, learning_rate=2e-3, warmup=1),
        draw=Draw(patients=2, outlined=1, restored=1),
        save_every=2,
    )


def _ablation(name: str) -> T3DRecipe:
    full = standard()
    return replace(
        full,
        name=name,
        sizes={"train": 80, "fresh": 32, "validation": 24, "test": 40},
        pretraining=replace(full.pretraining, steps=80),
        organs=replace(full.organs, steps=160),
        refining=replace(full.refining, steps=80),
        restoring=replace(full.restoring, steps=120),
        marking=replace(full.marking, steps=160),
        alignment=replace(full.alignment, steps=300),
        focal=replace(full.focal, steps=200),
        sharpening=replace(full.sharpening, steps=100),
        answers=replace(full.answers, steps=200),
    )


RECIPES: Mapping[str, Callable[[], T3DRecipe]] = {
    recipe.__name__: recipe
    for recipe in (standard, both, contrast_only, restoration_only, resized, quick_check)
}


def recipe_to_json(recipe: T3DRecipe) -> dict[str, Any]:
    """The recipe as plain JSON values."""
    return asdict(recipe)
