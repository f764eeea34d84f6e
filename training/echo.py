"""Echo from nothing to a folder that the product loads."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch.nn.functional import cross_entropy

from inference.imaging.files import write_atomic
from inference.networks.echo_vit import EchoViT
from training.echo_card import publish
from training.echo_cases import Patients, phantoms
from training.echo_folds import fitted_scaling, split
from training.echo_measures import Measures, measured
from training.echo_recipe import EchoRecipe, recipe_to_json, variant_of
from training.echo_stages import Lesson, encoded, lesson_of, pretext, train_heads, unfreeze
from training.fit import LOG, Run, seed_of


@dataclass(frozen=True)
class EchoOrder:
    """What to train, where to keep its state, and the model's folder."""

    recipe: EchoRecipe
    folder: Path
    out: Path


def train(order: EchoOrder) -> Measures:
    """Every stage that is not done yet, then the figures on cohort II, then the model."""
    torch.set_num_threads(order.recipe.threads)
    cohort, held_out = prepared(order)
    recipe, lesson = lesson_for(order.recipe, cohort)
    run = run_of(order)
    network = learnt(recipe, lesson, run)
    train_view_head(network, lesson)
    rival = rival_of(network, recipe, lesson, run) if recipe.rival else None
    measures = measured(network, lesson.validation, held_out, rival, recipe.seed)
    publish(network, measures, recipe, order.out)
    return measures


def rival_of(network: EchoViT, recipe: EchoRecipe, lesson: Lesson, run: Run) -> EchoViT:
    """Uniform attention on the very frames' features of `network`: poolings and heads learnt anew."""
    uniform = variant_of(recipe, "no_attention")
    rival = fresh(uniform)
    rival.vision_transformer.load_state_dict(network.vision_transformer.state_dict())
    train_heads(rival, lesson, replace(uniform, variant="rival_uniform"), run)
    return rival.eval()


def prepared(order: EchoOrder, share: tuple[int, int] = (0, 1)) -> tuple[Patients, Patients]:
    """Cohort I and cohort II; several processes may make them side by side."""
    write_atomic(order.folder / "recipe.json", json.dumps(recipe_to_json(order.recipe), indent=1).encode())
    config, folder = order.recipe.config, order.folder / "cases"
    made = [
        phantoms(name, count, config, folder, share=share, report=lambda _f, note: LOG.info("made %s", note))
        for name, count in order.recipe.patients.items()
    ]
    return made[0], made[1]


def lesson_for(recipe: EchoRecipe, cohort: Patients) -> tuple[EchoRecipe, Lesson]:
    """The fold of the recipe, its bounds and scaling from those who teach and nobody else."""
    train_rows, validation_rows = split(cohort, recipe.folds, recipe.fold, recipe.seed)
    scaling = fitted_scaling(cohort.values[train_rows])
    recipe = replace(recipe, config=replace(recipe.config, scaling=scaling))
    return recipe, lesson_of(cohort[train_rows], cohort[validation_rows], recipe)


def learnt(recipe: EchoRecipe, lesson: Lesson, run: Run) -> EchoViT:
    """Pretext (shared by all variants), heads, layers; the state is kept under the variant's name."""
    base = fresh(whole(recipe))
    pretext(base, lesson, whole(recipe), run)
    network = fresh(recipe)
    network.vision_transformer.load_state_dict(base.vision_transformer.state_dict())
    train_heads(network, lesson, recipe, run)
    unfreeze(network, lesson, recipe, run)
    return network.eval()


def whole(recipe: EchoRecipe) -> EchoRecipe:
    """The recipe with nothing taken away."""
    config = replace(recipe.config, temporal="content", fusion="content", gated=True)
    return replace(recipe, config=config, variant="full")


def fresh(recipe: EchoRecipe) -> EchoViT:
    """A network with the recipe's own first weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(recipe.seed, "first weights", 0))
        return EchoViT(recipe.config)


def train_view_head(network: EchoViT, lesson: Lesson, steps: int = 200) -> None:
    """Tell views apart by the mean over a loop's frames, the rest of the network as it is."""
    if network.view_head is None:
        return
    loops = encoded(network, lesson.train).mean(2).flatten(0, 1)
    views = torch.arange(network.config.views).repeat(len(lesson.train))
    head = network.view_head.requires_grad_(True)
    optimiser = torch.optim.Adam(head.parameters(), lr=0.05, weight_decay=1e-4)
    for _ in range(steps):
        loss = cross_entropy(head(loops), views)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch does not annotate it
        optimiser.step()


def run_of(order: EchoOrder, part: str = "") -> Run:
    """Where the state of a run, or of one part of it, is kept."""
    folder = order.folder / part if part else order.folder
    folder.mkdir(parents=True, exist_ok=True)
    return Run(folder, order.recipe.seed, save_every=100, log_every=20)
