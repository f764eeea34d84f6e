"""T3D from synthetic patients to a model that the product loads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from inference.imaging.files import write_atomic
from inference.models.t3d_words import Vocabulary
from inference.networks.t3d import T3D
from inference.networks.t3d_config import bundled
from training.fit import LOG, Run, seed_of
from training.phantoms.chest import CLASSES, SPACING_MM, ChestCase
from training.phantoms.chest_findings import FINDINGS, SMALL
from training.t3d_cases import NATIVE_MM, TrainCase, train_case, vocabulary
from training.t3d_focal import train_focal
from training.t3d_heads import train_marking, train_restoring
from training.t3d_recipe import T3DRecipe, recipe_to_json
from training.t3d_stages import train_stage
from training.t3d_store import kept
from training.t3d_towers import take_towers

if TYPE_CHECKING:
    from training.t3d_measures import Measures


CASES = "cases"  # folder of the patients within a run's


@dataclass(frozen=True)
class T3DOrder:
    """What to train, where to keep it, and the model's folder.

    towers  folder of a finished model: all that its towers and reports gave is taken as it is, and what the
            card says of it; small things and answers are learnt
    """

    recipe: T3DRecipe
    folder: Path
    out: Path
    towers: Path | None = None


@dataclass(frozen=True, eq=False)
class Learnt:
    """A network after its stages, and what it was taught with."""

    network: T3D
    words: Vocabulary
    reports: Sequence[ChestCase]


def train(order: T3DOrder) -> Measures:
    """Learn from where the last call stopped, measure on held-out patients, write weights and card."""
    learnt, cases = learn(order)
    from training.t3d_align import align  # the stages before need none of what follows
    from training.t3d_answers import train_answers
    from training.t3d_card import publish
    from training.t3d_cuts import settle_cuts
    from training.t3d_measures import measured

    recipe = order.recipe
    run = Run(order.folder, recipe.seed, recipe.save_every)
    patients = kept(order.folder / CASES, "fresh", recipe.sizes["fresh"], SPACING_MM)
    fresh = [train_case(case, learnt.words) for case in patients]
    if order.towers is None:
        align(learnt.network, [*cases, *fresh], recipe, run)
    train_answers(learnt.network, fresh, recipe, run)
    settle_cuts(learnt.network, fresh[: recipe.settled])
    learnt.network.half().float()  # as the weights are kept: what is measured is what is handed over
    LOG.info("measuring")
    measures, model = measured(learnt, recipe, order.folder / CASES, order.towers)
    write_atomic(order.folder / "held_out.json", json.dumps(measures.rows, indent=1).encode())
    publish(model, measures, recipe, order.out)
    return measures


def prepare(order: T3DOrder) -> None:
    """Only make the patients: a training that comes later finds them."""
    folder, sizes = order.folder / CASES, order.recipe.sizes
    for split, count in sizes.items():
        kept(folder, split, count, SPACING_MM)
    kept(folder, "test", sizes["test"], NATIVE_MM)


def learn(order: T3DOrder) -> tuple[Learnt, list[TrainCase]]:
    """Pre-training with reports, organs and findings, these alone, then heads on what was learnt."""
    recipe = order.recipe
    torch.set_num_threads(recipe.threads)
    write_atomic(order.folder / "recipe.json", json.dumps(recipe_to_json(recipe), indent=1).encode())
    run = Run(order.folder, recipe.seed, recipe.save_every, half=recipe.half)
    patients = kept(order.folder / CASES, "train", recipe.sizes["train"], SPACING_MM)
    words = vocabulary(patients)
    cases = [train_case(case, words) for case in patients]
    network = _begun(order, words)
    if order.towers is None:
        for name in ("pretraining", "organs", "refining"):
            train_stage(name, network, cases, recipe, run)
        train_restoring(network, cases, recipe, run)
        train_marking(network, cases, recipe, run)
    train_focal(network, cases, recipe, run)
    network.eval()
    return Learnt(network, words, patients), cases


def _begun(order: T3DOrder, words: Vocabulary) -> T3D:
    """Random weights, or towers that were learnt."""
    small = tuple(FINDINGS.index(name) for name in SMALL)
    torch.manual_seed(seed_of(order.recipe.seed, "t3d", -1))
    network = T3D(bundled(len(CLASSES), len(FINDINGS), words.size, CLASSES.index("focal lesion"), small))
    if order.towers is not None:
        take_towers(network, words, order.towers)
    return network
